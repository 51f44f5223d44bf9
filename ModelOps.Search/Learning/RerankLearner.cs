using ModelOps.Search.Ranking;

namespace ModelOps.Search.Learning;

/// <param name="Weight">Of the whole set of queries; 0 where nothing gains enough.</param>
/// <param name="HeldOut">By query: its NDCG@10 under a weight that was learned without its fold.</param>
public sealed record LearnedRerank(double Weight, IReadOnlyList<double> HeldOut);

/// <summary>Learns how far a reranker counts beside the ranking that it is given.</summary>
public sealed class RerankLearner(SearchEngine engine)
{
    private static readonly double[] Weights = [0, .25, .5, 1, 2, 4];

    /// <param name="rankings">By query, with probabilities by a network that has not learned from it.</param>
    public LearnedRerank Learn(IReadOnlyList<JudgedQuery> queries, IReadOnlyList<ScoredRanking> rankings, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(queries);
        double[][] measured = [.. Weights.Select(weight => Measure(queries, rankings, weight))];
        var order = Enumerable.Range(0, queries.Count).ToArray();
        new Random(seed).Shuffle(order);
        var heldOut = new double[queries.Count];
        var folds = Math.Min(WeightLearner.Folds, queries.Count);
        for (var fold = 0; fold < folds; fold++)
        {
            var best = folds > 1 ? Best(measured, [.. order.Where((_, at) => at % folds != fold)]) : 0;
            foreach (var i in order.Where((_, at) => at % folds == fold))
                heldOut[i] = measured[best][i];
        }
        return new LearnedRerank(Weights[Best(measured, order)], heldOut);
    }

    /// <summary>NDCG@10 by query.</summary>
    public double[] Measure(IReadOnlyList<JudgedQuery> queries, IReadOnlyList<ScoredRanking> rankings, double weight) =>
        [.. queries.Zip(rankings, (query, ranking) => GradedNdcg.Of(Reranking.Apply(ranking, weight).Select(product => engine.Index.Products[product.Document].Id), query.Grades))];

    private static int Best(double[][] measured, int[] train)
    {
        double Mean(int setting) => train.Length == 0 ? 0 : train.Average(i => measured[setting][i]);
        var best = Enumerable.Range(0, measured.Length).MaxBy(Mean);
        return Mean(best) >= Mean(0) + WeightLearner.LeastGain ? best : 0;
    }
}
