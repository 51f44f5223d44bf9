using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts.Rules;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Alerts;

/// <summary>
/// Evaluates every store's rules again and again. Metrics are read first; then the alerts' new states and the messages about them
/// are committed together, by one replica at a time, before anything is sent.
/// </summary>
internal sealed class AlertWatch(IServiceScopeFactory scopes, RuleBooks books, AlertMetrics metrics, IOptions<AlertOptions> options, IConfiguration configuration, TimeProvider time, ILogger<AlertWatch> logger) : BackgroundService
{
    private const long Lock = 0x616c657274; // one evaluator over all replicas
    private static readonly TimeSpan Active = TimeSpan.FromDays(8);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await EvaluateAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Alerts wait ({Reason})", exception.GetBaseException().Message);
            }
            await Task.Delay(TimeSpan.FromSeconds(options.Value.EvaluateSeconds), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task EvaluateAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        var evaluation = scope.ServiceProvider.GetRequiredService<Evaluation>();
        var now = time.GetUtcNow();
        var stores = new List<StoreEvaluation>();
        foreach (var store in await StoresAsync(database, now, cancellationToken))
            stores.Add(await evaluation.RunAsync(new StoreId(store), await books.OfAsync(database, store, cancellationToken), now, cancellationToken));
        await database.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            database.ChangeTracker.Clear();
            await CommitAsync(database, stores, now, cancellationToken);
        });
        metrics.Show(stores, await database.Alerts.AsNoTracking().Where(alert => alert.State == AlertState.Firing).ToListAsync(cancellationToken), now);
    }

    private static async Task CommitAsync(MonitorDb database, List<StoreEvaluation> stores, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!(await database.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock({Lock}) AS \"Value\"").ToListAsync(cancellationToken))[0])
            return; // another replica is at it
        foreach (var store in stores)
        {
            var recently = now - Episode.Memory;
            var alerts = await database.Alerts
                .Where(alert => alert.Store == store.Store && (alert.State != AlertState.Resolved || alert.ResolvedAt > recently || alert.Told == AlertState.Firing))
                .OrderBy(alert => alert.StartedAt).ToListAsync(cancellationToken);
            var silences = await database.AlertSilences.AsNoTracking().Where(silence => silence.Store == store.Store && silence.From <= now && silence.Until > now).ToListAsync(cancellationToken);
            Advance(database, store, alerts, now);
            database.AlertDeliveries.AddRange(Grouping.Tell(alerts, store.Book.Routes, silences, now));
        }
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static void Advance(MonitorDb database, StoreEvaluation store, List<AlertRow> alerts, DateTimeOffset now)
    {
        var known = alerts.Where(alert => alert.State != AlertState.Resolved || alert.ResolvedAt > now - Episode.Memory).GroupBy(alert => alert.Fingerprint).ToDictionary(group => group.Key, group => group.Last());
        var held = new HashSet<AlertRow>();
        foreach (var (rule, reading, finding) in store.Judgements)
        {
            var alert = known.GetValueOrDefault(Episode.Fingerprint(store.Store, rule.Name, reading.Labels));
            if (finding.Holds)
            {
                if (alert is null)
                {
                    alert = Episode.Begin(store.Store, rule, reading.Labels, now);
                    database.Alerts.Add(alert);
                    alerts.Add(alert);
                }
                Episode.Holds(alert, rule, now);
                held.Add(alert);
                Describe(alert, store.Store, rule, reading.Labels);
            }
            if (alert is not null && alert.State != AlertState.Resolved)
                (alert.Value, alert.Reason) = (reading.Value, finding.Reason);
        }
        foreach (var alert in alerts.Where(alert => alert.State != AlertState.Resolved && !held.Contains(alert) && !store.Unknown.Contains(alert.Metric)).ToList())
        {
            var rule = store.Book.Rules.GetValueOrDefault(alert.Rule);
            if (rule is not { Enabled: true })
                alert.Reason = "the rule was taken away";
            if (Episode.IsOver(alert, rule is { Enabled: true } ? rule.KeepFiringFor : TimeSpan.Zero, now))
                continue;
            database.Alerts.Remove(alert);
            alerts.Remove(alert);
        }
    }

    /// <summary>A rule may have been changed since the alert began.</summary>
    private static void Describe(AlertRow alert, string store, AlertRule rule, IReadOnlyDictionary<string, string> series)
    {
        (alert.Severity, alert.Route, alert.Metric, alert.Summary, alert.Runbook) = (rule.Severity, rule.Route, rule.Metric, rule.Summary, rule.Runbook);
        var labels = new Dictionary<string, string>(series) { [AlertRule.NameLabel] = rule.Name, [AlertRule.SeverityLabel] = rule.Severity, [AlertRule.StoreLabel] = store };
        foreach (var (name, value) in rule.Labels)
            labels[name] = value;
        alert.Labels = labels;
    }

    /// <summary>Stores with a key, that were asked something lately, that have rules of their own, or alerts that are not over.</summary>
    private async Task<IReadOnlyList<string>> StoresAsync(MonitorDb database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - Active;
        var found = await database.Windows.Where(window => window.Start >= since).Select(window => window.Store)
            .Union(database.AlertRuleSets.Select(set => set.Store))
            .Union(database.Alerts.Where(alert => alert.State != AlertState.Resolved || alert.Told == AlertState.Firing).Select(alert => alert.Store))
            .ToListAsync(cancellationToken);
        return [.. found.Union(configuration.GetSection("Access:ApiKeys").GetChildren().Select(key => key.Key)).Order(StringComparer.Ordinal)];
    }
}
