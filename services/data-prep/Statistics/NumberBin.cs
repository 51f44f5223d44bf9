using ModelOps.Contracts.Datasets;

namespace ModelOps.DataPrep.Statistics;

/// <summary>A fine bin of a number: its smallest and greatest value, and rows as read and as kept.</summary>
internal sealed record NumberBin(double Least, double Greatest, long Before, long After)
{
    private const int Bars = 24;

    private static readonly double[] Shares = [0, .01, .05, .25, .5, .75, .95, .99, 1];

    /// <param name="bins">In rising order.</param>
    public static ColumnStatistics Summarise(string column, string kind, IReadOnlyList<NumberBin> bins, long missing)
    {
        var after = bins.Sum(bin => bin.After);
        return new ColumnStatistics(column, kind, bins.Sum(bin => bin.Before), after, missing, null,
            after == 0 ? [] : [.. Shares.Select(share => new Quantile(share, ValueAt(bins, share, after)))], Histogram(bins), []);
    }

    private static double ValueAt(IReadOnlyList<NumberBin> bins, double share, long total)
    {
        var kept = bins.Where(bin => bin.After > 0).ToList();
        if (share == 0)
            return kept[0].Least;
        long seen = 0;
        foreach (var bin in kept)
        {
            seen += bin.After;
            if (seen >= share * total)
                return bin.Greatest;
        }
        return kept[^1].Greatest;
    }

    /// <summary>Equal steps over the middle 98 % of what was read; the outer bars take in the rest, so that one outlier does not flatten all others.</summary>
    private static List<HistogramBin> Histogram(IReadOnlyList<NumberBin> bins)
    {
        var total = bins.Sum(bin => bin.Before);
        if (total == 0)
            return [];
        var from = At(bins, .01 * total, bin => bin.Least);
        var to = At(bins, .99 * total, bin => bin.Greatest);
        var step = (to - from) / Bars;
        if (step <= 0)
            return [new HistogramBin(from, to, total, bins.Sum(bin => bin.After))];
        var counts = new (long Before, long After)[Bars];
        foreach (var bin in bins)
        {
            var bar = (int)Math.Clamp((bin.Least - from) / step, 0, Bars - 1);
            counts[bar] = (counts[bar].Before + bin.Before, counts[bar].After + bin.After);
        }
        return [.. counts.Select((count, bar) => new HistogramBin(from + bar * step, from + (bar + 1) * step, count.Before, count.After))];
    }

    private static double At(IEnumerable<NumberBin> bins, double rows, Func<NumberBin, double> of)
    {
        long seen = 0;
        NumberBin? last = null;
        foreach (var bin in bins)
        {
            last = bin;
            if ((seen += bin.Before) >= rows)
                break;
        }
        return of(last!);
    }
}
