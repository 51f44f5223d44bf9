using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Versions;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Runs;

namespace ModelOps.Pipeline.Rollouts;

/// <summary>
/// Takes every rollout's next step when its time has passed and the monitor finds nothing wrong, and ends it when the monitor
/// does. It keeps nothing but its decisions: after a crash it looks again, and of two replicas the registry lets one act.
/// </summary>
internal sealed class RolloutDriver(IServiceScopeFactory scopes, TimeProvider time, ILogger<RolloutDriver> logger) : BackgroundService
{
    public const string Actor = "automation";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
                await Task.Delay(Pause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                logger.LogWarning("Rollouts wait ({Reason})", exception.Message);
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    /// <summary>Looks at every rollout under way, of every store.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var registry = scope.ServiceProvider.GetRequiredService<RegistryClient>();
        var monitor = scope.ServiceProvider.GetRequiredService<MonitorClient>();
        foreach (var split in (await registry.GetDeploymentsAsync(-1, TimeSpan.Zero, cancellationToken)).Splits)
        {
            var model = split.Arms[0].Package.Model;
            try
            {
                if (await registry.FindRolloutAsync(split.Store, model, split.Rollout, cancellationToken) is { Rollout: { State: RolloutState.Running } rollout }
                    && await monitor.FindVerdictAsync(split.Store, model, rollout.Id, cancellationToken) is { } verdict)
                    await LookAsync(scope.ServiceProvider.GetRequiredService<PipelineDb>(), registry, split.Store, rollout, verdict, cancellationToken);
            }
            catch (Exception exception) when (exception is ServiceException or HttpRequestException or TimeoutException && !cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("The rollout of {Model} ({Store}) waits ({Reason})", model, split.Store, exception.Message);
            }
        }
    }

    /// <summary>Writes the decision, then acts. After a crash between the two it decides the same again, which is written once, and acts.</summary>
    private async Task LookAsync(PipelineDb database, RegistryClient registry, StoreId store, Rollout rollout, Verdict verdict, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var paused = await database.AutomationOfAsync(store, cancellationToken);
        if (RolloutDecision.Of(store, rollout, verdict, paused, now) is not { } decision)
            return;
        await database.AppendAsync(decision, cancellationToken);
        if (Decide(rollout, verdict, paused.Paused, now) is { } action)
            await ActAsync(registry, store, rollout, action, verdict, cancellationToken);
    }

    /// <returns>The action to take, or null. A pause holds steps forward, never a way back.</returns>
    internal static string? Decide(Rollout rollout, Verdict verdict, bool isPaused, DateTimeOffset now) => verdict.Kind switch
    {
        VerdictKind.Fail => "abort",
        VerdictKind.Pass when IsDue(rollout, now) && !isPaused => "advance",
        _ => null,
    };

    /// <summary>Whether the step's time has passed.</summary>
    internal static bool IsDue(Rollout rollout, DateTimeOffset now) => rollout.Steps.Count > 0 && rollout.StepTime(now) >= TimeSpan.FromMinutes(rollout.BakeMinutes);

    private async Task ActAsync(RegistryClient registry, StoreId store, Rollout rollout, string action, Verdict verdict, CancellationToken cancellationToken)
    {
        var request = new RolloutActionRequest(verdict.Reason, rollout.Step, Evidence: verdict.Evidence);
        var after = await registry.ActOnRolloutAsync(store, rollout.Model, rollout.Id, action, request, $"{rollout.Id}/{rollout.Step}/{action}", Actor, cancellationToken);
        logger.LogInformation("Rollout of {Model} ({Store}), step {Step}: {Action}, now {State}. {Reason}", rollout.Model, store, rollout.Step, action, after.State, verdict.Reason);
    }
}
