using ModelOps.Features;

namespace ModelOps.Trainer.Evaluation;

/// <summary>How good a ranking is: one shopper's, or the mean over shoppers. Relevance is 0 or 1; each is between 0 and 1, higher is better.</summary>
/// <param name="Ndcg10">Järvelin and Kekäläinen's normalised discounted cumulative gain of the first ten.</param>
/// <param name="Recall10">The share of the relevant items that are among the first ten.</param>
/// <param name="Recall20">The same of the first twenty.</param>
/// <param name="Mrr10">One over the rank of the first relevant item, 0 beyond ten.</param>
/// <param name="Mrr20">The same, 0 beyond twenty.</param>
/// <param name="Map10">The mean precision at the relevant items' ranks up to ten, over as many as could be there.</param>
/// <param name="HitRate10">1 where a relevant item is among the first ten, else 0.</param>
public readonly record struct RankingMetrics(double Ndcg10, double Recall10, double Recall20, double Mrr10, double Mrr20, double Map10, double HitRate10)
{
    public const int Cutoff = 10;

    /// <summary>How deep a ranking must be.</summary>
    public const int Depth = 20;

    private static readonly double[] Discounts = [.. Enumerable.Range(0, Cutoff).Select(rank => 1 / Math.Log2(rank + 2))];
    private static readonly double[] Ideal = [.. Enumerable.Range(0, Cutoff + 1).Select(hits => Discounts.Take(hits).Sum())];

    /// <summary>Every metric by the name that reports carry.</summary>
    public static IReadOnlyDictionary<string, Func<RankingMetrics, double>> All { get; } = new Dictionary<string, Func<RankingMetrics, double>>
    {
        ["ndcg@10"] = metrics => metrics.Ndcg10,
        ["recall@10"] = metrics => metrics.Recall10,
        ["recall@20"] = metrics => metrics.Recall20,
        ["mrr@10"] = metrics => metrics.Mrr10,
        ["mrr@20"] = metrics => metrics.Mrr20,
        ["map@10"] = metrics => metrics.Map10,
        ["hit_rate@10"] = metrics => metrics.HitRate10,
    };

    /// <summary>One shopper's. <paramref name="relevant"/> has at least one item, each once.</summary>
    public static RankingMetrics Of(ReadOnlySpan<RankedItem> top, ReadOnlySpan<int> relevant)
    {
        Span<int> items = stackalloc int[Math.Min(Depth, top.Length)];
        for (var rank = 0; rank < items.Length; rank++)
            items[rank] = top[rank].Index;
        return Of(items, relevant);
    }

    /// <param name="top">Indices, best first; beyond <see cref="Depth"/> nothing counts.</param>
    /// <inheritdoc cref="Of(ReadOnlySpan{RankedItem}, ReadOnlySpan{int})"/>
    public static RankingMetrics Of(ReadOnlySpan<int> top, ReadOnlySpan<int> relevant)
    {
        double gain = 0, precision = 0, reciprocal = 0;
        int hits = 0, early = 0, first = -1;
        for (var rank = 0; rank < Math.Min(Depth, top.Length); rank++)
        {
            if (!relevant.Contains(top[rank]))
                continue;
            hits++;
            if (first < 0)
                (first, reciprocal) = (rank, 1.0 / (rank + 1));
            if (rank >= Cutoff)
                continue;
            early++;
            gain += Discounts[rank];
            precision += (double)early / (rank + 1);
        }
        var possible = Math.Min(Cutoff, relevant.Length);
        return new RankingMetrics(
            gain / Ideal[possible], (double)early / relevant.Length, (double)hits / relevant.Length,
            first < Cutoff ? reciprocal : 0, reciprocal, precision / possible, early > 0 ? 1 : 0);
    }

    /// <summary>All 0 where there are no cases.</summary>
    public static RankingMetrics Mean(IReadOnlyList<RankingMetrics> cases)
    {
        ArgumentNullException.ThrowIfNull(cases);
        double Average(Func<RankingMetrics, double> metric) => cases.Count == 0 ? 0 : cases.Average(metric);
        return new RankingMetrics(
            Average(row => row.Ndcg10), Average(row => row.Recall10), Average(row => row.Recall20),
            Average(row => row.Mrr10), Average(row => row.Mrr20), Average(row => row.Map10), Average(row => row.HitRate10));
    }
}
