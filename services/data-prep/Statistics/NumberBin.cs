using ModelOps.Contracts.Datasets;

namespace ModelOps.DataPrep.Statistics;

/// <summary>A fine bin of a number: its smallest and greatest value, and rows as read and as kept.</summary>
internal sealed record NumberBin(double Least, double Greatest, long Before, long After)
{
    private static readonly double[] Shares = [0, .01, .05, .25, .5, .75, .95, .99, 1];

    /// <param name="bins">In rising order.</param>
    /// <param name="isWhole">For whole numbers.</param>
    public static ColumnStatistics Summarise(string column, string kind, bool isWhole, IReadOnlyList<NumberBin> bins, RowCount empty, RowCount unreadable) =>
        new(column, kind, bins.Sum(bin => bin.Before), bins.Sum(bin => bin.After), empty.After + unreadable.After, null, Quantiles(bins, bin => bin.After), Histogram(bins, kind, isWhole), [])
        {
            Empty = empty,
            Unreadable = unreadable,
            QuantilesBefore = Quantiles(bins, bin => bin.Before),
        };

    private static List<Quantile> Quantiles(IReadOnlyList<NumberBin> bins, Func<NumberBin, long> rows)
    {
        var filled = bins.Where(bin => rows(bin) > 0).ToList();
        return filled.Count == 0 ? [] : [.. Shares.Select(share => new Quantile(share, share == 0 ? filled[0].Least : At(filled, rows, share).Greatest))];
    }

    private static List<HistogramBin> Histogram(IReadOnlyList<NumberBin> bins, string kind, bool isWhole)
    {
        if (bins.Count == 0)
            return [];
        var (from, to) = Shown(bins);
        if (to <= from)
            return [new HistogramBin(from, to, bins.Sum(bin => bin.Before), bins.Sum(bin => bin.After))];
        var edges = BarEdges.Of(from, to, kind, isWhole);
        var counts = new (long Before, long After)[edges.Count - 1];
        var bar = 0;
        foreach (var bin in bins)
        {
            while (bar < counts.Length - 1 && bin.Least >= edges[bar + 1])
                bar++;
            counts[bar] = (counts[bar].Before + bin.Before, counts[bar].After + bin.After);
        }
        return [.. counts.Select((count, bar) => new HistogramBin(edges[bar], edges[bar + 1], count.Before, count.After))];
    }

    /// <summary>
    /// The middle 98 % of what was read, so that one outlier does not flatten all others; and at most half as much again on either
    /// side of the middle 98 % of what was kept, so that many times in 1970 do not press the good rows into one bar.
    /// </summary>
    private static (double From, double To) Shown(IReadOnlyList<NumberBin> bins)
    {
        var read = Middle(bins, bin => bin.Before);
        if (bins.All(bin => bin.After == 0))
            return read;
        var kept = Middle(bins, bin => bin.After);
        if (kept.To <= kept.From)
            return read;
        var beyond = (kept.To - kept.From) / 2;
        return (Math.Max(Math.Min(read.From, kept.From), kept.From - beyond), Math.Min(Math.Max(read.To, kept.To), kept.To + beyond));
    }

    private static (double From, double To) Middle(IReadOnlyList<NumberBin> bins, Func<NumberBin, long> rows) => (At(bins, rows, .01).Least, At(bins, rows, .99).Greatest);

    /// <summary>The bin that holds the row at <paramref name="share"/> of all.</summary>
    private static NumberBin At(IReadOnlyList<NumberBin> bins, Func<NumberBin, long> rows, double share)
    {
        var wanted = share * bins.Sum(rows);
        long seen = 0;
        return bins.First(bin => (seen += rows(bin)) >= wanted && seen > 0);
    }
}
