using Microsoft.Extensions.Localization;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Dashboard.Health;
using ModelOps.Dashboard.Pages.Alerts;
using ModelOps.Dashboard.Pages.Runs;
using ModelOps.Dashboard.Polling;
using ModelOps.Dashboard.Resources;

namespace ModelOps.Dashboard.Pages.Overview;

/// <summary>Something that is not as it should be, with the page that shows it.</summary>
/// <param name="What">Tells it from others: of two with the same, one is shown.</param>
/// <param name="IsSevere">Shoppers notice it, or soon will.</param>
public sealed record Trouble(string What, bool IsSevere, string Text, string Href);

/// <summary>Whether the loop is well, and what is not: asked of every service that knows a part of it.</summary>
public sealed class Standing(
    ServiceHealth health, AlertsClient alerts, PipelineClient pipeline, RegistryClient registry, MonitorClient monitor, IStringLocalizer<Texts> texts)
{
    private const int MostAlerts = 3;

    /// <summary>The worst first; nothing where all is well.</summary>
    public async Task<IReadOnlyList<Trouble>> LookAsync(StoreId store, string model, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(
            OfServicesAsync(cancellationToken),
            AskAsync("monitor", () => OfAlertsAsync(store, cancellationToken)),
            AskAsync("registry", () => OfRolloutsAsync(store, model, cancellationToken)),
            AskAsync("pipeline", () => OfAutomationAsync(store, cancellationToken)),
            AskAsync("pipeline", () => OfRunsAsync(store, cancellationToken)));
        return [.. found.SelectMany(troubles => troubles).DistinctBy(trouble => trouble.What).OrderBy(trouble => trouble.IsSevere ? 0 : 1)];
    }

    /// <summary>What cannot be asked is a trouble too, never a silence.</summary>
    private async Task<IEnumerable<Trouble>> AskAsync(string service, Func<Task<IEnumerable<Trouble>>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is ServiceException || Refusal.IsAway(exception))
        {
            return [new Trouble(service, true, Refusal.Of(exception, service, texts), "")];
        }
    }

    private async Task<IEnumerable<Trouble>> OfServicesAsync(CancellationToken cancellationToken) =>
        from service in await health.AskAllAsync(cancellationToken)
        where !service.IsHealthy
        select new Trouble(service.Service, service.Status != "Degraded", $"{service.Service} {Why(service)}", "");

    private string Why(HealthOfService service) => service.Status is null
        ? texts["is not reachable"]
        : $"{texts[service.Status]}: {string.Join("; ", service.Failing.Select(check => check.Value is null ? check.Key : $"{check.Key}: {check.Value}"))}";

    private async Task<IEnumerable<Trouble>> OfAlertsAsync(StoreId store, CancellationToken cancellationToken)
    {
        var firing = (await alerts.ListAsync(store, AlertState.Firing, cancellationToken: cancellationToken)).Items.OrderBy(alert => alert.Severity == "critical" ? 0 : 1).ToList();
        var first = firing.Take(MostAlerts).Select(alert => new Trouble($"alert {alert.Id}", alert.Severity == "critical", $"{alert.Rule}: {alert.Reason}", AlertLinks.Of(alert)));
        return firing.Count > MostAlerts ? first.Append(new Trouble("alerts", false, texts["{0} more alerts fire", firing.Count - MostAlerts], "alerts")) : first;
    }

    private async Task<IEnumerable<Trouble>> OfRolloutsAsync(StoreId store, string model, CancellationToken cancellationToken)
    {
        if ((await registry.ListRolloutsAsync(store, model, cancellationToken)).Items.FirstOrDefault(one => one.EndedAt is null) is not { } rollout)
            return [];
        var (href, tried) = ($"models/{model}", string.Join(", ", rollout.Trials.Select(arm => $"v{arm.Version}")));
        if (await monitor.FindVerdictAsync(store, model, rollout.Id, cancellationToken) is { Kind: VerdictKind.Fail } verdict)
            return [new Trouble("rollout", true, texts["The rollout of {0} breaks a guard: {1}", tried, verdict.Reason], href)];
        return rollout.State == RolloutState.Paused ? [new Trouble("rollout", false, texts["The rollout of {0} is paused", tried], href)] : [];
    }

    private async Task<IEnumerable<Trouble>> OfAutomationAsync(StoreId store, CancellationToken cancellationToken) =>
        await pipeline.GetAutomationAsync(store, cancellationToken) is { Paused: true } paused
            ? [new Trouble("automation", false, $"{texts["Automation is paused"]} {texts["by {0}", texts[paused.By ?? ""]]}: {paused.Reason}", "pipelines")]
            : [];

    /// <summary>Of each model the latest run counts: one that succeeded after a failure has mended it.</summary>
    private async Task<IEnumerable<Trouble>> OfRunsAsync(StoreId store, CancellationToken cancellationToken) =>
        from run in (await pipeline.ListAsync(store, null, cancellationToken)).Items.Where(run => run.State is not (RunState.Queued or RunState.Running or RunState.Cancelled)).DistinctBy(run => (run.Pipeline, run.Model))
        where run.State is RunState.Failed or RunState.WaitingForApproval
        select new Trouble(
            $"run {run.Id}", false,
            run.State == RunState.Failed ? texts["The last run of {0} failed: {1}", run.Model, run.Error ?? run.CurrentStep()?.Error ?? ""] : texts["A run of {0} waits for somebody to approve it", run.Model],
            $"runs/{run.Id}");
}
