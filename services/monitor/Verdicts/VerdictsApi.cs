using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Monitor.Verdicts;

/// <summary>Says whether a rollout may take its next step. It only says so: the pipeline acts.</summary>
internal static class VerdictsApi
{
    private const int MostVerdicts = 500;

    public static IServiceCollection AddVerdicts(this IServiceCollection services)
    {
        services.AddOptions<VerdictOptions>().BindConfiguration("Verdicts").ValidateDataAnnotations().ValidateOnStart();
        return services.AddMemoryCache().AddSingleton<StepReactions>().AddScoped<StepOutcomes>().AddScoped<RolloutVerdicts>();
    }

    public static void MapVerdicts(this IEndpointRouteBuilder app)
    {
        var rollout = app.MapGroup("/v1/models/{model}/rollouts/{id:guid}").WithTags("Verdicts");
        rollout.MapGet("/verdict", FindAsync).WithSummary("Of the present step, as of now");
        rollout.MapGet("/verdicts", ListAsync).WithSummary("Those that were kept, with their evidence; newest first");
    }

    private static async Task<Results<Ok<Verdict>, ProblemHttpResult>> FindAsync(
        StoreId store, string model, Guid id, RegistryClient registry, RolloutVerdicts verdicts, CancellationToken cancellationToken) =>
        await registry.FindRolloutAsync(store, model, id, cancellationToken) is { } history
            ? TypedResults.Ok(await verdicts.JudgeAsync(store, history.Rollout, cancellationToken))
            : Problems.NotFound($"The model '{model}' has no rollout {id}.");

    private static async Task<Ok<Page<KeptVerdict>>> ListAsync(
        StoreId store, string model, Guid id, RolloutVerdicts verdicts, CancellationToken cancellationToken, long? after = null, int limit = Page<KeptVerdict>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, MostVerdicts);
        var rows = await verdicts.Of(store, model, id).Where(row => after == null || row.Id < after).OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<KeptVerdict>.Of([.. rows.Select(row => row.ToContract())], limit, verdict => verdict.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
