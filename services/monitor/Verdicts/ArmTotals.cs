using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Verdicts;

/// <summary>What an arm did since a moment.</summary>
internal sealed record ArmTotals(long Requests, long Failures, long Impressions, long Clicks, long Purchases, long Compared, double Overlap, IReadOnlyList<long> LatencyCounts)
{
    public static ArmTotals Of(IReadOnlyCollection<WindowRow> windows) => new(
        windows.Sum(window => window.Requests), windows.Sum(window => window.Failures), windows.Sum(window => window.Impressions), windows.Sum(window => window.Clicks),
        windows.Sum(window => window.Purchases), windows.Sum(window => window.Compared), windows.Sum(window => window.Overlap),
        [.. Enumerable.Range(0, LatencyHistogram.Empty().Length).Select(bucket => windows.Sum(window => window.LatencyCounts[bucket]))]);

    public double LatencyP99 => LatencyHistogram.Quantile(LatencyCounts, .99);
}
