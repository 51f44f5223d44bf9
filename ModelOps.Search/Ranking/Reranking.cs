namespace ModelOps.Search.Ranking;

/// <summary>How a network that reads a query and a product together moves the best products.</summary>
/// <param name="Top">So many of the best are read.</param>
/// <param name="Weight">Their scores are multiplied by e to the power of this times the network's probability.</param>
public sealed record RerankSettings(int Top, double Weight);

/// <summary>A ranking with what a network says of its first products.</summary>
/// <param name="Products">Best first.</param>
/// <param name="Probabilities">Of the first ones, that they answer the query.</param>
public sealed record ScoredRanking(IReadOnlyList<RankedProduct> Products, IReadOnlyList<float> Probabilities);

/// <summary>Moves products by a network's word. What it has not read stays behind what it has, because no factor is below 1.</summary>
public static class Reranking
{
    public static float Probability(float logit) => 1 / (1 + MathF.Exp(-logit));

    public static double Factor(float probability, double weight) => Math.Exp(weight * probability);

    public static IEnumerable<RankedProduct> Apply(ScoredRanking ranking, double weight)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        return ranking.Products.Take(ranking.Probabilities.Count).Select((product, i) => product with { Score = product.Score * Factor(ranking.Probabilities[i], weight) })
            .OrderByDescending(product => product.Score).Concat(ranking.Products.Skip(ranking.Probabilities.Count));
    }
}
