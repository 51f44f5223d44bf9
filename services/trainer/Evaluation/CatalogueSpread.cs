namespace ModelOps.Trainer.Evaluation;

/// <summary>How a scorer's first ten spread over the catalogue, all shoppers together.</summary>
/// <param name="Coverage">The share of the known items that are recommended to anybody.</param>
/// <param name="Novelty">The mean self-information of a recommended item, −log2 of its share of the known interactions, in bits: the rarer, the higher.</param>
/// <param name="Gini">Of how often each known item is recommended: 0 where all are equally often, near 1 where a few are nearly always.</param>
public sealed record CatalogueSpread(double Coverage, double Novelty, double Gini)
{
    public IReadOnlyDictionary<string, double> ToDictionary() => new Dictionary<string, double>
    {
        ["coverage@10"] = Coverage,
        ["novelty@10"] = Novelty,
        ["gini@10"] = Gini,
    };

    /// <param name="tops">Indices, best first; items that are not known are left out.</param>
    /// <param name="itemCounts">How often each item is known, by index.</param>
    public static CatalogueSpread Of(IEnumerable<int[]> tops, int[] itemCounts)
    {
        ArgumentNullException.ThrowIfNull(tops);
        ArgumentNullException.ThrowIfNull(itemCounts);
        var shown = new long[itemCounts.Length];
        foreach (var top in tops)
        {
            foreach (var item in top.AsSpan(0, Math.Min(top.Length, RankingMetrics.Cutoff)))
                shown[item]++;
        }
        var known = Enumerable.Range(1, itemCounts.Length - 1).Where(item => itemCounts[item] > 0).ToArray();
        double total = known.Sum(item => shown[item]), interactions = known.Sum(item => (long)itemCounts[item]);
        if (total == 0)
            return new CatalogueSpread(0, 0, 0);
        return new CatalogueSpread(
            (double)known.Count(item => shown[item] > 0) / known.Length,
            known.Sum(item => shown[item] * -Math.Log2(itemCounts[item] / interactions)) / total,
            GiniOf([.. known.Select(item => shown[item]).Order()], total));
    }

    private static double GiniOf(long[] ascending, double total)
    {
        double n = ascending.Length;
        return ascending.Select((count, i) => (2 * (i + 1) - n - 1) * count).Sum() / (n * total);
    }
}
