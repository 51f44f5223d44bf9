using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Imports;

namespace ModelOps.Trainer.Runs;

/// <summary><c>/v1/runs</c>.</summary>
public static class RunsApi
{
    private const int MostRuns = 200;

    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup("/v1/runs").WithTags("Runs");
        runs.MapPost("/", StartAsync).WithSummary("Queue a training");
        runs.MapGet("/", ListAsync).WithSummary("List trainings, newest first");
        runs.MapGet("/{id:guid}", GetAsync).WithSummary("Look at a training");
        runs.MapGet("/{id:guid}/log", LogAsync).WithSummary("Read the last lines of a training's log");
        runs.MapGet("/{id:guid}/trials", TrialsAsync).WithSummary("Look at what a training's search tried");
        runs.MapPost("/{id:guid}/cancel", CancelAsync).WithSummary("Stop a training");
        runs.MapPost("/{id:guid}/register", RegisterAsync).WithSummary("Put a training's package into the registry");
    }

    private static async Task<Results<Created<TrainingRun>, Ok<TrainingRun>, ValidationProblem, ProblemHttpResult>> StartAsync(
        StoreId store, TrainingRequest request, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        RunsDb database, RunQueue queue, RunStarts starts, ImportBlobs imports, PictureVersions pictures, TimeProvider time, HttpResponse response, CancellationToken cancellationToken)
    {
        var parameters = Check(request, out var errors);
        if (parameters?.GetValueOrDefault("checkpoint") is { ValueKind: JsonValueKind.String } checkpoint && checkpoint.GetString() is { } import && await imports.FindAsync(store, import, cancellationToken) is null)
            errors["checkpoint"] = [$"The store has no import '{import}'. GET /v1/imports lists the imports there are."];
        var given = request.Parameters ?? parameters;
        try
        {
            given = given is null || errors.Count > 0 ? given : await pictures.SettleAsync(store, given, errors, cancellationToken);
        }
        catch (ServiceException exception)
        {
            return Problems.RegistryRefused(exception);
        }
        if (parameters is null || errors.Count > 0)
            return TypedResults.ValidationProblem(errors, type: Problems.Invalid);

        var asked = Run.Of(store, request, given!, idempotencyKey, time.GetUtcNow());
        var (run, usedUp) = await starts.AddAsync(database, asked, cancellationToken);
        if (run is null)
            return Problems.QuotaUsedUp(usedUp!, response);
        if (!run.Asks(asked))
            return Problems.KeyReused(idempotencyKey!);
        await queue.EnqueueAsync(run, cancellationToken);
        return run.Id == asked.Id ? TypedResults.Created($"/v1/runs/{run.Id}", run.ToContract()) : TypedResults.Ok(run.ToContract());
    }

    /// <summary>All parameters of what is asked for; null where some are wrong.</summary>
    internal static IReadOnlyDictionary<string, JsonElement>? Check(TrainingRequest request, out Dictionary<string, string[]> errors)
    {
        if (ApplicationList.Find(request.Application) is not { } application)
        {
            errors = new() { ["application"] = [$"'{request.Application}' is no application. They are: {string.Join(", ", ApplicationList.All.Select(one => one.Name))}."] };
            return null;
        }
        var parameters = application.Complete(request.Parameters, out errors);
        if (string.IsNullOrWhiteSpace(request.Dataset))
            errors["dataset"] = ["Name the dataset to train on."];
        if (request.DatasetVersion < 1)
            errors["datasetVersion"] = ["Dataset versions count from 1."];
        if (string.IsNullOrWhiteSpace(request.Model))
            errors["model"] = ["Name the model that the run makes a version of."];
        return parameters;
    }

    private static async Task<Results<Ok<Page<TrainingRun>>, ValidationProblem>> ListAsync(
        StoreId store, RunsDb database, CancellationToken cancellationToken, string? after = null, int limit = Page<TrainingRun>.DefaultLimit)
    {
        var before = long.MaxValue;
        if (!string.IsNullOrEmpty(after) && !long.TryParse(after, CultureInfo.InvariantCulture, out before))
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["after"] = ["Give the 'next' of the page before."] }, type: Problems.Invalid);
        limit = Math.Clamp(limit, 1, MostRuns);
        var rows = await database.Runs.AsNoTracking().Where(run => run.Store == store.Value && run.Number < before)
            .OrderByDescending(run => run.Number).Take(limit + 1).ToListAsync(cancellationToken);
        var page = Page<Run>.Of(rows, limit, run => run.Number.ToString(CultureInfo.InvariantCulture));
        return TypedResults.Ok(new Page<TrainingRun>([.. page.Items.Select(run => run.ToContract())], page.Next));
    }

    private static async Task<Results<Ok<TrainingRun>, ProblemHttpResult>> GetAsync(StoreId store, Guid id, RunsDb database, CancellationToken cancellationToken) =>
        await FindAsync(database, store, id, cancellationToken) is { } run ? TypedResults.Ok(run.ToContract()) : Problems.NoRun(id);

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> LogAsync(StoreId store, Guid id, RunsDb database, CancellationToken cancellationToken) =>
        await FindAsync(database, store, id, cancellationToken) is { } run ? TypedResults.Text(run.Log) : Problems.NoRun(id);

    private static async Task<Results<Ok<Page<TuningTrial>>, ProblemHttpResult>> TrialsAsync(StoreId store, Guid id, RunsDb database, CancellationToken cancellationToken)
    {
        if (await FindAsync(database, store, id, cancellationToken) is not { } run)
            return Problems.NoRun(id);
        var trials = await database.Trials.AsNoTracking().Where(trial => trial.RunId == id).OrderBy(trial => trial.Number).ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<TuningTrial>([.. trials.Select(trial => trial.ToContract(trial.Number == run.Chosen))], null));
    }

    private static async Task<Results<Ok<TrainingRun>, ProblemHttpResult>> CancelAsync(
        StoreId store, Guid id, RunsDb database, RunQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.Runs
            .Where(run => run.Id == id && run.Store == store.Value && (run.State == RunState.Queued || run.State == RunState.Running))
            .ExecuteUpdateAsync(run => run.SetProperty(row => row.State, RunState.Cancelled).SetProperty(row => row.EndedAt, now), cancellationToken);
        if (await FindAsync(database, store, id, cancellationToken) is not { } cancelled)
            return Problems.NoRun(id);
        if (cancelled.State == RunState.Cancelled)
            await queue.CancelAsync(id, cancellationToken);
        return TypedResults.Ok(cancelled.ToContract());
    }

    private static async Task<Results<Ok<ModelVersion>, ProblemHttpResult>> RegisterAsync(
        StoreId store, Guid id, RunsDb database, Registration registration, CancellationToken cancellationToken)
    {
        if (await FindAsync(database, store, id, cancellationToken) is not { } run)
            return Problems.NoRun(id);
        if (run.State != RunState.Succeeded)
            return Problems.NotSucceeded(run);
        if (run.Reproduces is not null)
            return Problems.IsReproduction(id);
        try
        {
            if (await registration.RegisterAsync(run, cancellationToken) is not { } version)
                return Problems.PackageGone(id);
            await database.Runs.Where(row => row.Id == id).ExecuteUpdateAsync(row => row.SetProperty(found => found.Version, version.Version), cancellationToken);
            return TypedResults.Ok(version);
        }
        catch (ServiceException exception)
        {
            return Problems.RegistryRefused(exception);
        }
    }

    private static Task<Run?> FindAsync(RunsDb database, StoreId store, Guid id, CancellationToken cancellationToken) =>
        database.Runs.AsNoTracking().FirstOrDefaultAsync(run => run.Id == id && run.Store == store.Value, cancellationToken);
}
