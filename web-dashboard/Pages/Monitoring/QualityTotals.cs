using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;

namespace ModelOps.Dashboard.Pages.Monitoring;

/// <summary>
/// Several minutes, or several versions, together. Percentiles cannot be added up: p50 is the windows' mean weighted by
/// requests, p95 and p99 are too, so that one slow minute with one request does not stand for an hour.
/// </summary>
public sealed record QualityTotals(
    long Requests, long Impressions, long Clicks, long AddToCarts, long Purchases, long CacheHits, long Failures, double Revenue, double? LatencyP50, double? LatencyP95, double? LatencyP99)
{
    public double? ClickRate => Impressions > 0 ? (double)Clicks / Impressions : null;

    /// <summary>What shoppers saw; a shadow's answers are left out.</summary>
    public static QualityTotals Of(IEnumerable<QualityWindow> windows) => OfEvery(windows.Where(window => window.Arm != Arm.Shadow));

    public static QualityTotals OfEvery(IEnumerable<QualityWindow> windows)
    {
        var list = windows as IReadOnlyCollection<QualityWindow> ?? [.. windows];
        return new QualityTotals(
            list.Sum(window => window.Requests), list.Sum(window => window.Impressions), list.Sum(window => window.Clicks),
            list.Sum(window => window.AddToCarts), list.Sum(window => window.Purchases), list.Sum(window => window.CacheHits), list.Sum(window => window.Failures), list.Sum(window => window.Revenue),
            Weighted(list, window => window.LatencyP50), Weighted(list, window => window.LatencyP95), Weighted(list, window => window.LatencyP99));
    }

    private static double? Weighted(IReadOnlyCollection<QualityWindow> windows, Func<QualityWindow, double> value) =>
        windows.Sum(window => window.Requests) is > 0 and var requests ? windows.Sum(window => value(window) * window.Requests) / requests : null;
}
