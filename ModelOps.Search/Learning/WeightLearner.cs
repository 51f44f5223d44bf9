using ModelOps.Search.Ranking;
using ModelOps.Search.Vectors;

namespace ModelOps.Search.Learning;

/// <param name="Weights">Of the whole set of queries.</param>
/// <param name="HeldOut">By query, in the given order: its NDCG@10 under weights that were learned without its fold.</param>
/// <param name="Fitted">The mean NDCG@10 of the weights on the queries that they were learned from.</param>
public sealed record LearnedWeights(SearchWeights Weights, IReadOnlyList<double> HeldOut, double Fitted);

/// <summary>
/// Learns a ranking's weights from judged queries: of a few hundred settings the best by the mean of NDCG@10 and condensed NDCG@10.
/// The first takes what was not judged as irrelevant, which favours what was found when people judged; the second leaves it out.
/// The defaults stay where the best gains less than <see cref="LeastGain"/>: with few judgements, less is chance.
/// </summary>
public sealed class WeightLearner(SearchEngine engine)
{
    public const int Folds = 10;

    public const double LeastGain = .005;

    /// <summary>What a query with clicks counts beside a judged one.</summary>
    public const double ClicksWeight = .5;

    /// <summary>More queries are not looked at: they would cost time and move nothing.</summary>
    public const int MostQueries = 500;

    private readonly ProductRanker ranker = new(engine.Index, engine.Pictures);

    /// <param name="queries">Those that can be ranked; see <see cref="JudgedQuery.CanRank"/>.</param>
    /// <param name="leastGain">By how much the best setting must beat the defaults on what it is learned from; negative infinity leaves the defaults no advantage.</param>
    public LearnedWeights Learn(IReadOnlyList<JudgedQuery> queries, int seed = 1, double leastGain = LeastGain) =>
        Choose(queries, [SearchWeights.Default, .. TunedWeight.Settings(engine.Index.Products.Select(product => product.Popularity).Distinct().Skip(1).Any())], null, seed, leastGain);

    /// <summary>Learns how far vectors count beside words.</summary>
    /// <param name="words">What words count; it stays.</param>
    /// <param name="near">By query, by an encoder that has not learned from it.</param>
    public LearnedWeights LearnVectors(IReadOnlyList<JudgedQuery> queries, SearchWeights words, IReadOnlyList<QueryNeighbours> near, int seed = 1, double leastGain = LeastGain) =>
        Choose(queries, TunedWeight.WithVectors(words), near, seed, leastGain);

    /// <summary>Learns how far the looks of products count beside all else, which stays.</summary>
    public LearnedWeights LearnPictures(IReadOnlyList<JudgedQuery> queries, SearchWeights without, IReadOnlyList<QueryNeighbours>? near, int seed = 1, double leastGain = LeastGain) =>
        Choose(queries, TunedWeight.WithPictures(without), near, seed, leastGain);

    private LearnedWeights Choose(IReadOnlyList<JudgedQuery> queries, IReadOnlyList<SearchWeights> settings, IReadOnlyList<QueryNeighbours>? near, int seed, double leastGain)
    {
        ArgumentNullException.ThrowIfNull(queries);
        var order = Enumerable.Range(0, queries.Count).ToArray();
        new Random(seed).Shuffle(order);
        // People's judgements first: clicks fill up what is left of the queries that are looked at.
        var looked = order.OrderBy(i => queries[i].FromClicks).Take(MostQueries).ToArray();
        var weights = looked.Select(i => queries[i].FromClicks ? ClicksWeight : 1).ToArray();
        var measured = MeasureAll([.. looked.Select(i => queries[i])], settings, near is null ? null : [.. looked.Select(i => near[i])]);
        var heldOut = Measure(queries, settings[0], near: near);
        var folds = Math.Min(Folds, looked.Length);
        for (var fold = 0; fold < folds && looked.Length > 1; fold++)
        {
            var best = Best(measured, weights, [.. Enumerable.Range(0, looked.Length).Where(i => i % folds != fold)], leastGain);
            foreach (var i in Enumerable.Range(0, looked.Length).Where(i => i % folds == fold))
                heldOut[looked[i]] = measured[best][i].Ndcg;
        }
        var chosen = Best(measured, weights, [.. Enumerable.Range(0, looked.Length)], leastGain);
        return new LearnedWeights(settings[chosen], heldOut, looked.Length == 0 ? 0 : measured[chosen].Average(query => query.Ndcg));
    }

    /// <summary>NDCG@10 by query.</summary>
    public double[] Measure(IReadOnlyList<JudgedQuery> queries, SearchWeights weights, bool condensed = false, IReadOnlyList<QueryNeighbours>? near = null) =>
        [.. MeasureAll(queries, [weights], near)[0].Select(query => condensed ? query.Condensed : query.Ndcg)];

    /// <returns>By setting and query.</returns>
    private (double Ndcg, double Condensed)[][] MeasureAll(IReadOnlyList<JudgedQuery> queries, IReadOnlyList<SearchWeights> settings, IReadOnlyList<QueryNeighbours>? near = null)
    {
        var measured = settings.Select(_ => new (double, double)[queries.Count]).ToArray();
        Parallel.For(0, queries.Count, i =>
        {
            var read = engine.Read(queries[i].Text);
            for (var setting = 0; setting < settings.Count; setting++)
            {
                var ranking = ranker.Rank(read, settings[setting], near?[i]).Select(product => engine.Index.Products[product.Document].Id).ToList();
                measured[setting][i] = (GradedNdcg.Of(ranking, queries[i].Grades), GradedNdcg.Of(ranking, queries[i].Grades, condensed: true));
            }
        });
        return measured;
    }

    /// <summary>The first is what stays where nothing gains enough.</summary>
    private static int Best((double Ndcg, double Condensed)[][] measured, double[] weights, int[] train, double leastGain)
    {
        var total = train.Sum(i => weights[i]);
        double Mean(int setting) => total == 0 ? 0 : train.Sum(i => weights[i] * (measured[setting][i].Ndcg + measured[setting][i].Condensed) / 2) / total;
        var best = Enumerable.Range(0, measured.Length).MaxBy(Mean);
        return Mean(best) >= Mean(0) + leastGain ? best : 0;
    }
}
