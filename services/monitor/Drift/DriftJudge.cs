using System.Globalization;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using ModelOps.Contracts.Drift;
using ModelOps.Monitor.Drift.Profiles;
using ModelOps.Monitor.Drift.Tests;

namespace ModelOps.Monitor.Drift;

/// <summary>
/// Says whether a window looks like the reference. What a distance is worth is read off the reference's own days (<see cref="Reference"/>):
/// its logarithm, less their median, over their robust spread, against Student's t. It counts when it is certain after Benjamini and
/// Hochberg over all that is compared, and large besides.
/// </summary>
internal static class DriftJudge
{
    /// <summary>Distances below this part of the threshold are all alike: nothing.</summary>
    private const double Nothing = .1;

    /// <summary>The spread of logarithms is taken for no smaller, however alike the reference's days are.</summary>
    private const double LeastSpread = .15;

    // For a normal distribution: a standard deviation over the median absolute deviation, and the ninth decile over the standard deviation.
    private const double ToDeviation = 1.4826, NinthDecile = 1.2816;
    private const int FewestDistances = 10;
    private const int MostReasons = 10;

    /// <param name="window">Days in a row, the latest last: compared are the last of them, and all together.</param>
    public static IEnumerable<DriftFinding> Compare(Reference reference, IReadOnlyList<DayProfile> window, Predicate<Measure> concerns, DriftOptions options)
    {
        IReadOnlyList<DayProfile>[] windows = window.Count > 1 ? [[window[^1]], window] : [window];
        foreach (var series in reference.Days.SelectMany(day => day.Series).Distinct().Where(series => concerns(Measure.All[series.Measure])))
        {
            foreach (var days in windows)
            {
                if (Compare(reference, series, days, options) is { } finding)
                    yield return finding;
            }
        }
    }

    private static DriftFinding? Compare(Reference reference, Series series, IReadOnlyList<DayProfile> days, DriftOptions options)
    {
        var layout = reference.LayoutOf(series);
        var (now, before) = (layout.SumOf(days), reference.SumFor(series, days));
        var (shoppers, referenceShoppers) = (now.Sum(), before.Sum());
        if (shoppers < options.FewestShoppers || referenceShoppers < options.FewestShoppers)
            return null;
        var test = TestList.For(Measure.All[series.Measure].Kind, shoppers);
        var usual = reference.DistancesWithin(series, days.Count, test);
        if (usual.Count < FewestDistances)
            return null;
        var least = test.Least(options.Thresholds);
        var value = test.Distance(now, before);
        return new DriftFinding(
            series.Measure, series.Segment, days.Count, test.Name, value, usual.Median(), least, Probability(value, usual, least * Nothing, reference.Days.Count), 1, false,
            (long)Math.Round(shoppers), (long)Math.Round(referenceShoppers), layout.Bars(now, before));
    }

    /// <summary>Of so large a distance, or a larger one, on days like the reference's.</summary>
    /// <param name="days">Of the reference: what its spread is known from.</param>
    internal static double Probability(double value, IReadOnlyList<double> usual, double nothing, int days)
    {
        var logs = usual.Select(distance => Math.Log(Math.Max(distance, nothing))).ToList();
        var median = logs.Median();
        // Where some days shift by themselves the greater distances lie farther from the median than the smaller ones.
        var spread = Math.Max(ToDeviation * logs.Select(log => Math.Abs(log - median)).Median(), (logs.Quantile(.9) - median) / NinthDecile);
        return StudentT.CDF(0, 1, Math.Max(2, days / 2.0), -(Math.Log(Math.Max(value, nothing)) - median) / Math.Max(LeastSpread, spread));
    }

    /// <summary>Decides over all comparisons of a report together.</summary>
    public static IReadOnlyList<DriftFinding> Decide(IEnumerable<DriftFinding> findings, double alpha)
    {
        var rising = findings.OrderBy(finding => finding.Probability).ToList();
        var adjusted = 1.0;
        for (var rank = rising.Count; rank > 0; rank--)
        {
            var finding = rising[rank - 1];
            adjusted = Math.Min(adjusted, finding.Probability * rising.Count / rank);
            rising[rank - 1] = finding with { AdjustedProbability = adjusted, IsDrifted = adjusted <= alpha && finding.Value >= finding.Threshold };
        }
        return [.. rising.OrderByDescending(finding => finding.IsDrifted)];
    }

    /// <summary>What moved, in words.</summary>
    public static IReadOnlyList<string> Reasons(IReadOnlyList<DriftFinding> findings) => [.. findings.Where(finding => finding.IsDrifted).Take(MostReasons).Select(Reason)];

    private static string Reason(DriftFinding finding)
    {
        var most = finding.Bars.MaxBy(bar => Math.Abs(bar.Window - bar.Reference))!;
        var whom = finding.Segment == Segments.All ? "" : $" ({finding.Segment})";
        return string.Create(CultureInfo.InvariantCulture,
            $"{finding.Measure}{whom} over {finding.Days} {(finding.Days == 1 ? "day" : "days")}: {finding.Test} {finding.Value:0.###}, usually {finding.Usual:0.###}; {most.Value}: {most.Reference:P1} before, {most.Window:P1} now");
    }
}
