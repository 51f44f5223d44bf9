using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Versions;

namespace ModelOps.Pipeline.Rollouts;

/// <summary>
/// Takes every rollout's next step when its time has passed and the monitor finds nothing wrong, and ends it when the monitor
/// does. It keeps nothing: after a crash it looks again, and of two replicas the registry lets one act.
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
                    && await monitor.FindVerdictAsync(split.Store, model, rollout.Id, cancellationToken) is { } verdict
                    && Decide(rollout, verdict, time.GetUtcNow()) is { } action)
                    await ActAsync(registry, split, rollout, action, verdict, cancellationToken);
            }
            catch (Exception exception) when (exception is ServiceException or HttpRequestException or TimeoutException && !cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("The rollout of {Model} ({Store}) waits ({Reason})", model, split.Store, exception.Message);
            }
        }
    }

    /// <returns>The action to take, or null.</returns>
    internal static string? Decide(Rollout rollout, Verdict verdict, DateTimeOffset now) => verdict.Kind switch
    {
        VerdictKind.Fail => "abort",
        VerdictKind.Pass when rollout.Steps.Count > 0 && now - rollout.StepAt >= TimeSpan.FromMinutes(rollout.BakeMinutes) => "advance",
        _ => null,
    };

    private async Task ActAsync(RegistryClient registry, Split split, Rollout rollout, string action, Verdict verdict, CancellationToken cancellationToken)
    {
        var request = new RolloutActionRequest(verdict.Reason, rollout.Step, Evidence: verdict.Evidence);
        var after = await registry.ActOnRolloutAsync(split.Store, rollout.Model, rollout.Id, action, request, $"{rollout.Id}/{rollout.Step}/{action}", Actor, cancellationToken);
        logger.LogInformation("Rollout of {Model} ({Store}), step {Step}: {Action}, now {State}. {Reason}", rollout.Model, split.Store, rollout.Step, action, after.State, verdict.Reason);
    }
}
