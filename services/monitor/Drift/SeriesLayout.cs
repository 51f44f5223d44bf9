using System.Globalization;
using ModelOps.Contracts.Drift;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift;

/// <summary>Which bins a series is compared in. The reference decides, so that a window has no say in how it is looked at.</summary>
internal sealed class SeriesLayout
{
    private const int MostValues = 50;
    private const int MostBars = 16;

    /// <summary>Rarer values of the reference are taken together.</summary>
    private const double Rare = .002;

    private readonly bool isNumber;
    private readonly Dictionary<string, int> bins = [];

    public SeriesLayout(Series series, IEnumerable<DayProfile> reference)
    {
        var kind = Measure.All[series.Measure].Kind;
        isNumber = kind == MeasureKind.Number;
        Series = series;
        if (isNumber)
            return;
        if (kind == MeasureKind.Share)
        {
            (bins[ProfileBuilder.Yes], bins[ProfileBuilder.No]) = (0, 1);
            return;
        }
        var weights = new Dictionary<string, double>();
        foreach (var (value, weight) in reference.SelectMany(day => day.Of(series) ?? new Dictionary<string, double>()))
            weights[value] = weights.GetValueOrDefault(value) + weight;
        var sum = weights.Values.Sum();
        foreach (var (value, _) in weights.Where(weight => weight.Value >= Rare * sum && weight.Key != ProfileBuilder.Other).OrderByDescending(weight => weight.Value).ThenBy(weight => weight.Key, StringComparer.Ordinal).Take(MostValues))
            bins[value] = bins.Count;
    }

    public Series Series { get; }

    /// <summary>The last bin of values is for all others.</summary>
    public int Bins => isNumber ? LogBins.Count : Measure.All[Series.Measure].Kind == MeasureKind.Share ? 2 : bins.Count + 1;

    /// <summary>Adds a day's shoppers to <paramref name="sums"/>.</summary>
    public void Add(DayProfile day, double[] sums)
    {
        foreach (var (value, weight) in day.Of(Series) ?? new Dictionary<string, double>())
            sums[isNumber ? int.Parse(value, CultureInfo.InvariantCulture) : bins.GetValueOrDefault(value, Bins - 1)] += weight;
    }

    public double[] SumOf(IEnumerable<DayProfile> days)
    {
        var sums = new double[Bins];
        foreach (var day in days)
            Add(day, sums);
        return sums;
    }

    /// <summary>Both histograms as shares: of numbers in some bars of as many bins each, of values those with the largest shares.</summary>
    public IReadOnlyList<DriftBar> Bars(double[] window, double[] reference)
    {
        var (windowSum, referenceSum) = (window.Sum(), reference.Sum());
        if (!isNumber)
        {
            var isHour = Measure.All[Series.Measure] == Measure.Hour;
            var named = bins.Select(bin => new DriftBar(bin.Key, Share(reference[bin.Value], referenceSum), Share(window[bin.Value], windowSum))).ToList();
            var shown = named.OrderByDescending(bar => Math.Max(bar.Reference, bar.Window)).Take(isHour ? named.Count : MostBars - 1).ToHashSet();
            var rest = new DriftBar(ProfileBuilder.Other, Math.Max(0, 1 - shown.Sum(bar => bar.Reference)), Math.Max(0, 1 - shown.Sum(bar => bar.Window)));
            var inOrder = isHour ? named.OrderBy(bar => bar.Value, StringComparer.Ordinal) : named.Where(shown.Contains);
            return [.. inOrder, .. rest is { Reference: < 1e-9, Window: < 1e-9 } ? Array.Empty<DriftBar>() : [rest]];
        }
        var filled = Enumerable.Range(0, LogBins.Count).Where(bin => window[bin] + reference[bin] > 0).ToList();
        var (first, last) = (filled[0], filled[^1]);
        var width = ((last - first) / MostBars) + 1;
        return [.. Enumerable.Range(0, ((last - first) / width) + 1).Select(bar => first + (bar * width)).Select(from => new DriftBar(
            string.Create(CultureInfo.InvariantCulture, $"{LogBins.From(from):0.##} – {LogBins.From(Math.Min(from + width, LogBins.Count)):0.##}"),
            Share(reference.Skip(from).Take(width).Sum(), referenceSum), Share(window.Skip(from).Take(width).Sum(), windowSum)))];
    }

    private static double Share(double part, double of) => of <= 0 ? 0 : part / of;
}
