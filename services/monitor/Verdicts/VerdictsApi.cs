using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Monitor.Quality;
using ModelOps.ServiceDefaults;

namespace ModelOps.Monitor.Verdicts;

/// <summary>Says whether a rollout may take its next step. It only says so: the pipeline acts.</summary>
internal static class VerdictsApi
{
    public static IServiceCollection AddVerdicts(this IServiceCollection services)
    {
        services.AddOptions<VerdictOptions>().BindConfiguration("Verdicts").ValidateDataAnnotations().ValidateOnStart();
        return services;
    }

    public static void MapVerdicts(this IEndpointRouteBuilder app) => app.MapGet("/v1/models/{model}/rollouts/{id:guid}/verdict", FindAsync).WithTags("Verdicts");

    private static async Task<Results<Ok<Verdict>, ProblemHttpResult>> FindAsync(
        StoreId store, string model, Guid id, RegistryClient registry, MonitorDb database, IOptions<VerdictOptions> options, CancellationToken cancellationToken)
    {
        if (await registry.FindRolloutAsync(store, model, id, cancellationToken) is not { } history)
            return Problems.NotFound($"The model '{model}' has no rollout {id}.");
        var rollout = history.Rollout;
        var challenger = await TotalsAsync(store, model, rollout.Challenger, rollout.StepAt, database, cancellationToken);
        var champion = await TotalsAsync(store, model, rollout.Arms[0], rollout.StepAt, database, cancellationToken);
        return TypedResults.Ok(Judge.Of(rollout.Guards, challenger, champion, options.Value.FewestAnswers));
    }

    /// <summary>Counts are by the minute: those of the minute in which the step began are among them.</summary>
    private static async Task<ArmTotals> TotalsAsync(StoreId store, string model, Arm arm, DateTimeOffset since, MonitorDb database, CancellationToken cancellationToken)
    {
        var minute = new DateTimeOffset(since.UtcTicks - since.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
        return ArmTotals.Of(await database.Windows.AsNoTracking()
            .Where(row => row.Store == store.Value && row.Model == model && row.Version == arm.Version && row.Arm == arm.Name && row.Start >= minute).ToListAsync(cancellationToken));
    }
}
