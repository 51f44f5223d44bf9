using ModelOps.Search;
using ModelOps.Search.Learning;
using ModelOps.Search.Ranking;
using ModelOps.Search.Vectors;
using ModelOps.Trainer.Evaluation;

namespace ModelOps.Trainer.SearchIndexes;

/// <summary>Whether a part of a search was put into its package, and what spoke for it.</summary>
/// <param name="Gain">In NDCG@10 on queries that it was not learned from; null where there were none to measure by.</param>
/// <param name="Why">For the model card.</param>
public sealed record PartDecision(bool IsUsed, double? Gain, Interval? Interval, string Why)
{
    /// <param name="asked">One of <see cref="SearchPart"/>.</param>
    /// <param name="without">NDCG@10 by query, null where there were too few queries to measure by.</param>
    internal static PartDecision Of(string asked, double[]? with, double[]? without, int seed)
    {
        if (with is null || without is null)
            return new PartDecision(asked == SearchPart.Always, null, null, asked == SearchPart.Always ? "Asked for; there were too few judged queries to measure it by." : "There were too few judged queries to measure it by, so it is left out.");
        double[] differences = [.. with.Zip(without, (one, other) => one - other)];
        var (gain, interval) = (differences.Average(), Bootstrap.Of([differences], seed)[0]);
        var wins = interval.Low > 0;
        var measured = $"On {differences.Length} queries that it was not learned from NDCG@10 changes by {gain:+0.0000;-0.0000} (95 %: {interval.Low:+0.0000;-0.0000} to {interval.High:+0.0000;-0.0000})";
        return new PartDecision(wins || asked == SearchPart.Always, gain, interval,
            wins ? $"{measured}: used." : asked == SearchPart.Always ? $"{measured}: no proof that it helps; used because it was asked for." : $"{measured}: no proof that it helps, so it is left out.");
    }
}

/// <summary>What the judged queries taught a search.</summary>
/// <param name="Measured">NDCG@10 by query, by what was measured: <c>model</c>, <c>bm25</c>, <c>defaults</c>, and <c>dense</c>, <c>pictures</c> and <c>rerank</c> where those were tried.</param>
internal sealed record LearnedSearch(SearchWeights Weights, IReadOnlyDictionary<string, double[]> Measured, PartDecision? Dense = null, PartDecision? Pictures = null, PartDecision? Rerank = null, RerankSettings? Reranking = null);

/// <summary>Learns a search's weights: of words, then of vectors beside them, then of pictures, then of a reranker after them. Each must pay on queries that it was not learned from.</summary>
internal sealed class SearchLearning(SearchEngine engine, IReadOnlyList<JudgedQuery> queries, SearchParameters parameters)
{
    public const string Model = "model", Bm25 = "bm25", Defaults = "defaults", WithVectors = "dense", WithPictures = "pictures", WithRerank = "rerank";

    /// <summary>What is compared with in the same run: the words' weights alone.</summary>
    private static readonly SearchWeights Plain = new() { Fields = [1, 1, 1, 1, 1], Lengths = [.75, .75, .75, .75, .75], Coverage = 0, Features = [] };

    /// <summary>Vectors that were asked for although nothing could be learned of them.</summary>
    private const double UnlearnedDense = .1;

    /// <summary>A reranker that was asked for although nothing could be learned of it.</summary>
    private const double UnlearnedRerank = .25;

    private readonly WeightLearner learner = new(engine);

    private readonly int judged = queries.Count(query => !query.FromClicks);

    private bool IsMeasured => queries.Count >= parameters.LeastQueries;

    /// <summary>Measured on people's judgements, which come first, where there are enough of them; else on clicks too.</summary>
    private double[] Counted(IReadOnlyList<double> byQuery) => judged >= parameters.LeastQueries ? [.. byQuery.Take(judged)] : [.. byQuery];

    public LearnedSearch Words()
    {
        if (queries.Count == 0)
            return new LearnedSearch(SearchWeights.Default, new Dictionary<string, double[]>());
        var defaults = Counted(learner.Measure(queries, SearchWeights.Default));
        var learned = IsMeasured ? learner.Learn(queries, parameters.Seed) : null;
        // What was learned must pay on queries that it was not learned from; else the defaults carry further.
        var pays = learned is not null && Counted(learned.HeldOut).Average() > defaults.Average();
        return new LearnedSearch(pays ? learned!.Weights : SearchWeights.Default, new Dictionary<string, double[]>
        {
            [Model] = pays ? Counted(learned!.HeldOut) : defaults,
            [Bm25] = Counted(learner.Measure(queries, Plain)),
            [Defaults] = defaults,
        });
    }

    /// <param name="near">By query, by an encoder that has not learned from it.</param>
    public LearnedSearch Vectors(LearnedSearch words, IReadOnlyList<QueryNeighbours> near)
    {
        if (!IsMeasured)
        {
            var decision = PartDecision.Of(parameters.Dense, null, null, parameters.Seed);
            return words with { Dense = decision, Weights = decision.IsUsed ? words.Weights with { Dense = UnlearnedDense } : words.Weights };
        }
        var learned = learner.LearnVectors(queries, words.Weights, near, parameters.Seed);
        var with = Counted(learned.HeldOut);
        var dense = PartDecision.Of(parameters.Dense, with, Counted(learner.Measure(queries, words.Weights)), parameters.Seed);
        var measured = new Dictionary<string, double[]>(words.Measured) { [WithVectors] = with };
        if (!dense.IsUsed)
            return words with { Measured = measured, Dense = dense };
        // Asked for, and the folds would rather have none: a little, so that what words miss is found.
        var weights = learned.Weights.UsesVectors ? learned.Weights : words.Weights with { Dense = UnlearnedDense };
        measured[Model] = learned.Weights.UsesVectors ? with : Counted(learner.Measure(queries, weights, near: near));
        return new LearnedSearch(weights, measured, dense);
    }

    /// <param name="near">By query, where vectors count too.</param>
    public LearnedSearch Pictures(LearnedSearch learned, IReadOnlyList<QueryNeighbours>? near)
    {
        if (!IsMeasured)
            return learned with { Pictures = PartDecision.Of(SearchPart.Auto, null, null, parameters.Seed) };
        var tried = learner.LearnPictures(queries, learned.Weights, near, parameters.Seed);
        var with = Counted(tried.HeldOut);
        var decision = PartDecision.Of(SearchPart.Auto, with, Counted(learner.Measure(queries, learned.Weights, near: near)), parameters.Seed);
        var measured = new Dictionary<string, double[]>(learned.Measured) { [WithPictures] = with };
        if (!decision.IsUsed)
            return learned with { Measured = measured, Pictures = decision };
        measured[Model] = with;
        return learned with { Weights = tried.Weights, Measured = measured, Pictures = decision };
    }

    /// <param name="rankings">By query, as they are ranked without it, with probabilities by a network that has not learned from it.</param>
    public LearnedSearch Reread(LearnedSearch learned, IReadOnlyList<ScoredRanking> rankings)
    {
        if (!IsMeasured)
        {
            var unmeasured = PartDecision.Of(parameters.Rerank, null, null, parameters.Seed);
            return learned with { Rerank = unmeasured, Reranking = unmeasured.IsUsed ? new RerankSettings(parameters.RerankTop, UnlearnedRerank) : null };
        }
        var reranker = new RerankLearner(engine);
        var weighed = reranker.Learn(queries, rankings, parameters.Seed);
        double[] with = Counted(weighed.HeldOut), without = Counted(reranker.Measure(queries, rankings, 0));
        var decision = PartDecision.Of(parameters.Rerank, with, without, parameters.Seed);
        var measured = new Dictionary<string, double[]>(learned.Measured) { [WithRerank] = with };
        if (!decision.IsUsed)
            return learned with { Measured = measured, Rerank = decision };
        var weight = weighed.Weight > 0 ? weighed.Weight : UnlearnedRerank;
        measured[Model] = weighed.Weight > 0 ? with : Counted(reranker.Measure(queries, rankings, weight));
        return learned with { Measured = measured, Rerank = decision, Reranking = new RerankSettings(parameters.RerankTop, weight) };
    }
}
