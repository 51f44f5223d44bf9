using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Alerts.Metrics;

/// <summary>What shoppers got and did, by model and arm, from the counts by minute.</summary>
internal sealed class QualityMetrics(MonitorDb database) : IMetricSource
{
    private const string Requests = "requests";
    private static readonly string[] Labels = ["model", "arm"];

    /// <summary>Shoppers get this long to react before an answer counts for a rate of reactions.</summary>
    private static readonly TimeSpan Reaction = TimeSpan.FromMinutes(5);

    /// <summary>How long a model that nobody asks any more is still known, with no requests.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    public static readonly IReadOnlyList<MetricDefinition> Definitions =
    [
        new("ctr", "Clicks per product shown", "products shown", Labels, "modelops.quality.ctr", Lag: Reaction),
        new("cvr", "Purchases per product shown", "products shown", Labels, "modelops.quality.cvr", Lag: Reaction),
        new("error_rate", "Share of answers that the version could not give", "answers", Labels, "modelops.quality.error_rate"),
        new("latency_p99", "Seconds that 99 of 100 answers stay below", "answers", Labels, "modelops.quality.latency_p99", "s"),
        new(Requests, "Answers given in the window", null, Labels, "modelops.quality.requests"),
        new("cache_hit_rate", "Share of answers from the cache", "answers", Labels, "modelops.quality.cache_hit_rate"),
    ];

    public IReadOnlyList<MetricDefinition> Metrics => Definitions;

    public async Task<IReadOnlyList<MetricReading>> ReadAsync(StoreId store, MetricDefinition metric, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        (from, to) = (from.ToUniversalTime() - metric.Lag, to.ToUniversalTime() - metric.Lag);
        var windows = await database.Windows.AsNoTracking().Where(window => window.Store == store.Value && window.Start >= from && window.Start < to).ToListAsync(cancellationToken);
        var readings = windows.GroupBy(window => (window.Model, window.Arm)).Select(series => Read(metric.Name, series.Key, [.. series])).OfType<MetricReading>().ToList();
        if (metric.Name != Requests)
            return readings;
        var recently = to - Memory;
        var known = await database.Windows.Where(window => window.Store == store.Value && window.Start >= recently && window.Start < to).Select(window => new { window.Model, window.Arm }).Distinct().ToListAsync(cancellationToken);
        var silent = known.Where(series => !windows.Exists(window => window.Model == series.Model && window.Arm == series.Arm));
        return [.. readings, .. silent.Select(series => new MetricReading(LabelsOf((series.Model, series.Arm)), 0, 0))];
    }

    private static MetricReading? Read(string metric, (string Model, string Arm) series, List<WindowRow> windows)
    {
        var (requests, impressions) = (windows.Sum(window => window.Requests), windows.Sum(window => window.Impressions));
        return metric switch
        {
            "ctr" => Rate(windows.Sum(window => window.Clicks), impressions),
            "cvr" => Rate(windows.Sum(window => window.Purchases), impressions),
            "error_rate" => Rate(windows.Sum(window => window.Failures), requests),
            "cache_hit_rate" => Rate(windows.Sum(window => window.CacheHits), requests),
            "latency_p99" => requests == 0 ? null : new MetricReading(LabelsOf(series), LatencyHistogram.Quantile(Total(windows), .99), requests),
            _ => new MetricReading(LabelsOf(series), requests, requests),
        };

        MetricReading? Rate(long hits, long of) => of == 0 ? null : new MetricReading(LabelsOf(series), (double)hits / of, of);
    }

    private static Dictionary<string, string> LabelsOf((string Model, string Arm) series) => new() { ["model"] = series.Model, ["arm"] = series.Arm };

    private static long[] Total(List<WindowRow> windows)
    {
        var total = LatencyHistogram.Empty();
        foreach (var window in windows)
        {
            for (var bucket = 0; bucket < total.Length; bucket++)
                total[bucket] += window.LatencyCounts[bucket];
        }
        return total;
    }
}
