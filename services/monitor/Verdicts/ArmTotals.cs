using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Verdicts;

/// <summary>What an arm did in a step.</summary>
/// <param name="Reactions">To the answers of whole minutes that shoppers have had time for.</param>
internal sealed record ArmTotals(long Requests, long Failures, long Compared, double Overlap, IReadOnlyList<long> LatencyCounts, Reactions Reactions)
{
    public double LatencyP99 => LatencyHistogram.Quantile(LatencyCounts, .99);

    public bool IsShadow => Compared > 0;

    public static ArmTotals Of(IReadOnlyCollection<WindowRow> windows, Func<WindowRow, bool> isSettled) => new(
        windows.Sum(window => window.Requests), windows.Sum(window => window.Failures), windows.Sum(window => window.Compared), windows.Sum(window => window.Overlap),
        [.. Enumerable.Range(0, LatencyHistogram.Empty().Length).Select(bucket => windows.Sum(window => window.LatencyCounts[bucket]))],
        Reactions.Of([.. windows.Where(isSettled)]));
}

/// <summary>What shoppers did with answers.</summary>
internal sealed record Reactions(long Answers, long Impressions, long Clicks, long Purchases)
{
    public static Reactions Of(IReadOnlyCollection<WindowRow> windows) => new(
        windows.Sum(window => window.Requests), windows.Sum(window => window.Impressions), windows.Sum(window => window.Clicks), windows.Sum(window => window.Purchases));
}
