using ModelOps.Contracts.Quality;

namespace ModelOps.Dashboard.Pages.Monitoring;

/// <summary>
/// Several minutes, or several versions, together. Percentiles cannot be added up: p50 is the windows' mean weighted by
/// requests, p95 and p99 are too, so that one slow minute with one request does not stand for an hour.
/// </summary>
public sealed record QualityTotals(
    long Requests, long Impressions, long Clicks, long AddToCarts, long Purchases, long CacheHits, double? LatencyP50, double? LatencyP95, double? LatencyP99)
{
    public double? ClickRate => Impressions > 0 ? (double)Clicks / Impressions : null;

    public static QualityTotals Of(IEnumerable<QualityWindow> windows)
    {
        var list = windows as IReadOnlyCollection<QualityWindow> ?? [.. windows];
        return new QualityTotals(
            list.Sum(window => window.Requests), list.Sum(window => window.Impressions), list.Sum(window => window.Clicks),
            list.Sum(window => window.AddToCarts), list.Sum(window => window.Purchases), list.Sum(window => window.CacheHits),
            Weighted(list, window => window.LatencyP50), Weighted(list, window => window.LatencyP95), Weighted(list, window => window.LatencyP99));
    }

    private static double? Weighted(IReadOnlyCollection<QualityWindow> windows, Func<QualityWindow, double> value) =>
        windows.Sum(window => window.Requests) is > 0 and var requests ? windows.Sum(window => value(window) * window.Requests) / requests : null;
}
