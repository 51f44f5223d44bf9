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
        StoreId store, string model, Guid id, RegistryClient registry, MonitorDb database, IOptions<VerdictOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await registry.FindRolloutAsync(store, model, id, cancellationToken) is not { } history)
            return Problems.NotFound($"The model '{model}' has no rollout {id}.");
        var rollout = history.Rollout;
        var settled = time.GetUtcNow() - TimeSpan.FromMinutes(1 + options.Value.ReactionMinutes);
        var trials = new Dictionary<string, ArmTotals>();
        foreach (var arm in rollout.Trials)
            trials[arm.Name] = await TotalsAsync(arm);
        return TypedResults.Ok(Judge.Of(rollout.Guards, trials, await TotalsAsync(rollout.Baseline), options.Value.FewestAnswers));

        // Failures and latency count from the minute in which the step began, so that they are seen at once; reactions from its first whole minute, the same for every arm.
        async Task<ArmTotals> TotalsAsync(Arm arm) => ArmTotals.Of(
            await database.Windows.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model && row.Version == arm.Version && row.Arm == arm.Name && row.Start > rollout.StepAt.AddMinutes(-1)).ToListAsync(cancellationToken),
            window => window.Start >= rollout.StepAt && window.Start <= settled);
    }
}
