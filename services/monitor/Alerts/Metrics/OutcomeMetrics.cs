using ModelOps.Contracts;
using ModelOps.Monitor.Outcomes;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Alerts.Metrics;

/// <summary>What became of searches and of answers to customers, by model and arm.</summary>
internal sealed class OutcomeMetrics(OutcomeReports outcomes) : IMetricSource
{
    public static readonly IReadOnlyList<MetricDefinition> Definitions = [.. OutcomeRate.All.Select(rate => rate.ToMetric())];

    public IReadOnlyList<MetricDefinition> Metrics => Definitions;

    public async Task<IReadOnlyList<MetricReading>> ReadAsync(StoreId store, MetricDefinition metric, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var rate = OutcomeRate.Find(metric.Name)!;
        var sums = await outcomes.SumsAsync(rate.Kind, [rate], new AnswerFilter(store.Value, "", from - metric.Lag, to - metric.Lag), new Quality.Grouping(false, true, false), cancellationToken);
        return [.. sums.Select(row => new MetricReading(new Dictionary<string, string> { ["model"] = row.Model!, ["arm"] = row.Arm! }, row.Rates[0].Rate, row.Answers))];
    }
}
