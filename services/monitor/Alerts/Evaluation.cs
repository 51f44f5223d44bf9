using ModelOps.Contracts;
using ModelOps.Monitor.Alerts.Metrics;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Monitor.Alerts;

/// <summary>What a rule says of one series.</summary>
internal sealed record Judgement(AlertRule Rule, MetricReading Reading, Finding Finding);

/// <summary>What the rules say of one store.</summary>
/// <param name="Judgements">Of the series that have enough to judge.</param>
/// <param name="Unknown">Metrics whose source is away: nothing is said of them, and nothing taken back.</param>
/// <param name="Shown">The metrics themselves, over <see cref="Evaluation.Shown"/>, for Prometheus.</param>
internal sealed record StoreEvaluation(string Store, AlertBook Book, IReadOnlyList<Judgement> Judgements, IReadOnlySet<string> Unknown, IReadOnlyList<(string Metric, MetricReading Reading)> Shown);

/// <summary>Reads the metrics and holds them against the rules. Changes nothing.</summary>
internal sealed class Evaluation(IEnumerable<IMetricSource> sources, ILogger<Evaluation> logger)
{
    public static readonly TimeSpan Shown = TimeSpan.FromMinutes(15);

    public async Task<StoreEvaluation> RunAsync(StoreId store, AlertBook book, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var judgements = new List<Judgement>();
        var unknown = new HashSet<string>();
        var shown = new List<(string, MetricReading)>();
        foreach (var source in sources)
        {
            foreach (var metric in source.Metrics)
            {
                try
                {
                    shown.AddRange((await source.ReadAsync(store, metric, now - Shown, now, cancellationToken)).Select(reading => (metric.Name, reading)));
                    foreach (var rule in book.InEffect.Where(rule => rule.Metric == metric.Name))
                        judgements.AddRange(await JudgeAsync(source, metric, rule, store, now, cancellationToken));
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    logger.LogWarning("Rules on {Metric} wait ({Reason})", metric.Name, exception.GetBaseException().Message);
                    unknown.Add(metric.Name);
                    judgements.RemoveAll(judgement => judgement.Rule.Metric == metric.Name);
                }
            }
        }
        return new StoreEvaluation(store.Value, book, judgements, unknown, shown);
    }

    private static async Task<IReadOnlyList<Judgement>> JudgeAsync(IMetricSource source, MetricDefinition metric, AlertRule rule, StoreId store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var present = await EnoughAsync(now);
        if (present.Count == 0)
            return [];
        var earlier = new List<IReadOnlyList<MetricReading>>();
        for (var day = 1; day <= rule.Condition.Days; day++)
            earlier.Add(await EnoughAsync(now.AddDays(-day)));
        return [.. present.Select(reading => new Judgement(rule, reading, rule.Condition.Judge(reading.Value, [.. earlier.SelectMany(day => day).Where(before => IsSame(before, reading)).Select(before => before.Value)])))];

        async Task<IReadOnlyList<MetricReading>> EnoughAsync(DateTimeOffset to) =>
            [.. (await source.ReadAsync(store, metric, to - rule.Window, to, cancellationToken)).Where(reading => rule.Concerns(reading.Labels) && (metric.Observed is null || reading.Observations >= rule.AtLeast))];
    }

    private static bool IsSame(MetricReading one, MetricReading other) => one.Labels.Count == other.Labels.Count && one.Labels.All(label => other.Labels.GetValueOrDefault(label.Key) == label.Value);
}
