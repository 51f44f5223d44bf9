using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Alerts.Metrics;

/// <summary>What the drift reports say moved.</summary>
internal sealed class DriftMetrics(MonitorDb database) : IMetricSource
{
    /// <summary>A report is news until the next day's should have come.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(2);

    public static readonly IReadOnlyList<MetricDefinition> Definitions = [new("drift", "Comparisons of the model's latest drift report that moved", null, ["model"], "modelops.drift.moved")];

    public IReadOnlyList<MetricDefinition> Metrics => Definitions;

    public async Task<IReadOnlyList<MetricReading>> ReadAsync(StoreId store, MetricDefinition metric, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (oldest, newest) = (to.ToUniversalTime() - Fresh, to.ToUniversalTime());
        var reports = await database.DriftReports.Where(report => report.Store == store.Value && report.At > oldest && report.At <= newest)
            .Select(report => new { report.Id, report.To, report.Model, report.Compared, report.Drifted }).ToListAsync(cancellationToken);
        return [.. reports.GroupBy(report => report.Model).Select(model => model.MaxBy(report => (report.To, report.Id))!).Where(report => report.Compared > 0)
            .Select(report => new MetricReading(new Dictionary<string, string> { ["model"] = report.Model }, report.Drifted, report.Compared))];
    }
}
