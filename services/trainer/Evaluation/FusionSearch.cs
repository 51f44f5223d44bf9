using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>Finds on the validation cases how much a shopper's own counts and the items' popularity should weigh beside the model.</summary>
public sealed class FusionSearch(Interactions interactions, Holdout holdout)
{
    private const int MostCases = 1500;
    private static readonly double[] Priors = [12, 4, 2, 1, 0.5, 0]; // from popularity, with the network for ties, to the network alone
    private static readonly double[] Weights = [0, 1, 2, 3, 6, 10, 20, 100];
    private static readonly double[] Powers = [1, 0.5, 0.25];
    private static readonly double?[] HalfLives = [null, 360, 180, 90];
    private readonly int[] itemCounts = holdout.ItemCounts(interactions);

    /// <summary>
    /// Of the grid's points that are within one standard error of the best NDCG@10, the one that leans most on what changes least:
    /// popularity before the network, old counts as much as new ones. A few hundred shoppers cannot tell such points apart,
    /// and the simpler one holds better in the next period.
    /// </summary>
    /// <returns>Prior is what <paramref name="popularity"/> weighs beside the model.</returns>
    public (FrequencyFusion Fusion, double Prior) Best(IRecommender model, IRecommender popularity, bool hasClock, int seed)
    {
        ArgumentNullException.ThrowIfNull(popularity);
        var (scale, candidates) = Candidates(new RecommenderScorer(model, interactions, holdout), popularity, holdout.Sample(MostCases, seed).Cases);
        var grid = from prior in Enumerable.Range(0, Priors.Length)
                   from halfLife in HalfLives.Take(hasClock ? HalfLives.Length : 1)
                   from power in Powers
                   from weight in Weights
                   select new Point(new FrequencyFusion(weight, power, halfLife), prior);
        var points = grid.AsParallel().AsOrdered()
            .Select(point => point with { Ndcg = [.. candidates[point.Prior].Select(candidate => Ndcg(candidate, point.Fusion))] })
            .ToList();
        var best = points.MaxBy(point => point.Ndcg.Average())!;
        var chosen = points.Where(point => IsAsGood(point.Ndcg, best.Ndcg))
            .GroupBy(point => (point.Prior, point.Fusion.HalfLifeDays)).First() // the grid's order is from steady to changing
            .MaxBy(point => point.Ndcg.Average())!;
        return (chosen.Fusion, Priors[chosen.Prior] * scale);
    }

    /// <summary>Whether the mean difference, shopper by shopper, is within its standard error.</summary>
    private static bool IsAsGood(double[] ndcg, double[] best)
    {
        var differences = best.Zip(ndcg, (first, second) => first - second).ToArray();
        var mean = differences.Average();
        var variance = differences.Average(difference => (difference - mean) * (difference - mean));
        return mean <= Math.Sqrt(variance / differences.Length);
    }

    /// <summary>The candidates under each prior, and the typical deviation of a row.</summary>
    private (double Scale, List<Candidate>[] ByPrior) Candidates(IScorer model, IRecommender popularity, IReadOnlyList<EvaluationCase> cases)
    {
        var byPrior = Array.ConvertAll(Priors, _ => new List<Candidate>());
        var scale = 0.0;
        var unknown = Array.ConvertAll(itemCounts, count => count == 0);
        var popular = new float[unknown.Length];
        popularity.Score(new long[popularity.Length], popular);
        foreach (var batch in cases.Chunk(256))
        {
            var rows = new float[batch.Length * unknown.Length];
            model.Score([.. batch.Select(@case => @case.User)], rows);
            if (scale == 0)
                scale = Enumerable.Range(0, batch.Length).Average(i => FrequencyFusion.Deviation(rows.AsSpan(i * unknown.Length + 1, unknown.Length - 1)));
            for (var p = 0; p < Priors.Length; p++)
            {
                var weight = (float)(Priors[p] * scale);
                byPrior[p].AddRange(batch.Select((@case, i) => CandidateOf(@case, [.. popular.Select((value, item) => weight * value + rows[i * popular.Length + item])], unknown)));
            }
        }
        return (scale, byPrior);
    }

    /// <summary>All that can be among the first ten at any weight: the items the shopper counted and the model's ten best others.</summary>
    private Candidate CandidateOf(EvaluationCase @case, float[] row, bool[] unknown)
    {
        var deviation = FrequencyFusion.Deviation(row.AsSpan(1));
        var own = new List<(int Item, float Score, double AgeDays)>();
        foreach (var (item, seconds) in holdout.Counted(interactions, @case.User))
            own.Add((item, row[item] / deviation, (holdout.At - seconds) / 86_400.0));
        foreach (var (item, _, _) in own)
            row[item] = float.NegativeInfinity;
        var others = new RankedItem[RankingMetrics.Cutoff];
        var count = Ranker.Top(row, unknown, others);
        return new Candidate(@case, own, [.. others.Take(count).Select(item => item with { Score = item.Score / deviation })]);
    }

    private static double Ndcg(Candidate candidate, FrequencyFusion fusion)
    {
        var counts = new Dictionary<int, (float Score, float Count)>();
        foreach (var (item, score, age) in candidate.Own)
            counts[item] = (score, counts.GetValueOrDefault(item).Count + (float)fusion.CountOf(TimeSpan.FromDays(age)));
        var ranked = candidate.Others
            .Concat(counts.Select(own => new RankedItem(own.Key, own.Value.Score + fusion.Term(own.Value.Count))))
            .OrderByDescending(item => item.Score).ThenBy(item => item.Index)
            .Take(RankingMetrics.Cutoff).ToArray();
        return RankingMetrics.Of(ranked, candidate.Case.Relevant).Ndcg10;
    }

    /// <param name="Prior">Its place in <see cref="Priors"/>.</param>
    private sealed record Point(FrequencyFusion Fusion, int Prior)
    {
        /// <summary>By case.</summary>
        public double[] Ndcg { get; init; } = [];
    }

    private sealed record Candidate(EvaluationCase Case, List<(int Item, float Score, double AgeDays)> Own, RankedItem[] Others);
}
