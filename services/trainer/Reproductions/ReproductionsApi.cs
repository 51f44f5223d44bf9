using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Reproductions;

/// <summary><c>/v1/reproductions</c>: a version is trained again from what its package says of itself, and compared.</summary>
public static class ReproductionsApi
{
    public static void MapReproductions(this IEndpointRouteBuilder app)
    {
        var reproductions = app.MapGroup("/v1/reproductions").WithTags("Reproductions");
        reproductions.MapPost("/", StartAsync).WithSummary("Train a version again from its lineage and compare");
        reproductions.MapGet("/{id:guid}", GetAsync).WithSummary("Look at a reproduction");
    }

    private static async Task<Results<Created<Reproduction>, Ok<Reproduction>, ValidationProblem, ProblemHttpResult>> StartAsync(
        StoreId store, ReproductionRequest request, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Originals originals, RunsDb database, RunStarts starts, RunQueue queue, IOptions<TrainerOptions> options, TimeProvider time, HttpResponse response, CancellationToken cancellationToken)
    {
        try
        {
            if (string.IsNullOrWhiteSpace(request.Model) || await originals.FindAsync(store, request.Model, request.Version, cancellationToken) is not { } original)
                return Problems.NoVersion(request);
            var lineage = await LineageAsync(originals, store, original.Manifest, options.Value, cancellationToken);
            if (lineage.Application != ApplicationName.Recommend)
                return Problems.NotReproducible(request, lineage.Application);
            if (TrainingParameters.Parse(lineage.Parameters, out var errors) is null)
                return TypedResults.ValidationProblem(errors, $"This build cannot train what version {request.Version} of '{request.Model}' was trained with. Reproduce it with the build that made it: {lineage.Code ?? "its card does not say which"}.", type: Problems.Invalid);
            var asked = Run.Of(store, new TrainingRequest(lineage.Dataset.Name, lineage.Dataset.Version, request.Model, lineage.Parameters), lineage.Parameters, idempotencyKey, time.GetUtcNow());
            asked.Reproduces = JsonSerializer.Serialize(request);
            asked.StartVersion = lineage.Parent ?? await database.Runs.Where(run => run.Id == lineage.Run && run.Store == store.Value).Select(run => run.StartVersion).FirstOrDefaultAsync(cancellationToken) ?? 0;
            var (run, usedUp) = await starts.AddAsync(database, asked, cancellationToken);
            if (run is null)
                return Problems.QuotaUsedUp(usedUp!, response);
            if (run.Reproduces is null || !run.Asks(asked))
                return Problems.KeyReused(idempotencyKey!);
            await queue.EnqueueAsync(run, cancellationToken);
            return run.Id == asked.Id ? TypedResults.Created($"/v1/reproductions/{run.Id}", Of(run)) : TypedResults.Ok(Of(run));
        }
        catch (ServiceException exception)
        {
            return Problems.RegistryRefused(exception);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            return Problems.LineageUnreadable(request, exception);
        }
    }

    private static async Task<Results<Ok<Reproduction>, ProblemHttpResult>> GetAsync(StoreId store, Guid id, RunsDb database, CancellationToken cancellationToken) =>
        await database.Runs.AsNoTracking().FirstOrDefaultAsync(run => run.Id == id && run.Store == store.Value && run.Reproduces != null, cancellationToken) is { } run
            ? TypedResults.Ok(Of(run))
            : Problems.NoReproduction(id);

    private static async Task<Lineage> LineageAsync(Originals originals, StoreId store, ModelOps.Contracts.Versions.PackageManifest manifest, TrainerOptions options, CancellationToken cancellationToken)
    {
        var folder = RunFolder.CreateForFetching(options, Guid.NewGuid());
        try
        {
            var card = Path.Combine(folder, PackageFiles.ModelCard);
            return await originals.FetchAsync(store, manifest, PackageFiles.ModelCard, card, cancellationToken)
                ? await Lineage.ReadAsync(card, cancellationToken)
                : throw new InvalidDataException("The package has no model card.");
        }
        finally
        {
            RunFolder.Remove(folder);
        }
    }

    private static Reproduction Of(Run run)
    {
        var request = JsonSerializer.Deserialize<ReproductionRequest>(run.Reproduces!)!;
        return new Reproduction(
            run.Id, request.Model, request.Version, run.State, run.Error, run.Reproduction is null ? null : JsonSerializer.Deserialize<ReproductionReport>(run.Reproduction), run.CreatedAt, run.StartedAt, run.EndedAt);
    }
}
