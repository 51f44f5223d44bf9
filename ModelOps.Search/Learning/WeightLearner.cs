using ModelOps.Search.Queries;
using ModelOps.Search.Ranking;

namespace ModelOps.Search.Learning;

/// <param name="Weights">Of the whole set of queries.</param>
/// <param name="HeldOut">By query, in the given order: its NDCG@10 under weights that were learned without its fold.</param>
public sealed record LearnedWeights(SearchWeights Weights, IReadOnlyList<double> HeldOut, double Fitted);

/// <summary>
/// Learns a ranking's weights from judged queries by coordinate ascent on NDCG@10 (Metzler and Croft), from the defaults. A weight
/// leaves its default only where that gains <see cref="LeastGain"/>: with few judgements, most of what gains less is chance.
/// </summary>
public sealed class WeightLearner(SearchEngine engine)
{
    public const int Folds = 10;

    private const double LeastGain = .01;
    private const int Rounds = 3;

    private readonly ProductRanker ranker = new(engine.Index);

    /// <param name="queries">Those that can be ranked; see <see cref="JudgedQuery.CanRank"/>.</param>
    public LearnedWeights Learn(IReadOnlyList<JudgedQuery> queries, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(queries);
        var read = queries.Select(query => engine.Read(query.Text)).ToArray();
        var tried = new Dictionary<string, double[]>(StringComparer.Ordinal);
        double[] Each(SearchWeights weights)
        {
            var key = string.Join(';', TunedWeight.All.Select(weight => weight.Get(weights)));
            return tried.TryGetValue(key, out var known) ? known : tried[key] = Measure(queries, read, weights);
        }
        var order = Enumerable.Range(0, queries.Count).ToArray();
        new Random(seed).Shuffle(order);
        var heldOut = new double[queries.Count];
        var folds = Math.Min(Folds, queries.Count);
        for (var fold = 0; fold < folds; fold++)
        {
            var test = order.Where((_, i) => i % folds == fold).ToArray();
            var weights = queries.Count > 1 ? Climb(Each, [.. order.Except(test)]) : SearchWeights.Default;
            var measured = Each(weights);
            foreach (var query in test)
                heldOut[query] = measured[query];
        }
        var all = Climb(Each, order);
        return new LearnedWeights(all, heldOut, queries.Count == 0 ? 0 : Each(all).Average());
    }

    /// <summary>NDCG@10 by query.</summary>
    public double[] Measure(IReadOnlyList<JudgedQuery> queries, SearchWeights weights, bool condensed = false) =>
        Measure(queries, [.. queries.Select(query => engine.Read(query.Text))], weights, condensed);

    private double[] Measure(IReadOnlyList<JudgedQuery> queries, SearchQuery[] read, SearchWeights weights, bool condensed = false)
    {
        var measured = new double[queries.Count];
        Parallel.For(0, queries.Count, i => measured[i] = GradedNdcg.Of(ranker.Rank(read[i], weights).Select(product => engine.Index.Products[product.Document].Id), queries[i].Grades, condensed));
        return measured;
    }

    private static SearchWeights Climb(Func<SearchWeights, double[]> each, int[] train)
    {
        double Mean(SearchWeights weights)
        {
            var measured = each(weights);
            return train.Length == 0 ? 0 : train.Average(query => measured[query]);
        }
        var best = SearchWeights.Default;
        var reached = Mean(best);
        for (var round = 0; round < Rounds; round++)
        {
            var before = reached;
            foreach (var weight in TunedWeight.All)
            {
                foreach (var candidate in weight.Values.Select(value => weight.Set(best, value)).ToList())
                {
                    if (Mean(candidate) is var mean && mean >= reached + LeastGain)
                        (best, reached) = (candidate, mean);
                }
            }
            if (reached <= before)
                break;
        }
        return best;
    }
}
