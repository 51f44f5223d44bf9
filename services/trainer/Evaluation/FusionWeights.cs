using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>Finds on the validation cases how much each model weighs when their scores are added: for items that are new to their shopper.</summary>
public sealed class FusionWeights(Interactions interactions, Holdout holdout)
{
    private const int MostCases = 10_000;

    /// <summary>Of each model's best, so many can be among the first ten of any sum.</summary>
    private const int Depth = 60;

    private const int Rounds = 3;
    private static readonly double[] Factors = [0, 0.4, 0.6, 0.8, 0.9, 1.1, 1.25, 1.6, 2.5];
    private static readonly double[] Starts = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6];

    /// <summary>
    /// The weights with the best NDCG@10, found one at a time beside the first model, whose weight stays 1 until it is tried
    /// without. A model that adds nothing weighs 0.
    /// </summary>
    public Dictionary<string, double> Best(IReadOnlyList<(string Name, IRecommender Model)> models, int seed)
    {
        ArgumentNullException.ThrowIfNull(models);
        var candidates = Candidates(models, holdout.Sample(MostCases, seed).Cases);
        var weights = new double[models.Count];
        weights[0] = 1;
        var best = Quality(candidates, weights);
        for (var round = 0; round < Rounds; round++)
        {
            for (var m = 0; m < weights.Length; m++)
            {
                var others = weights.Where((weight, at) => at != m).Any(weight => weight > 0);
                double[] tries = weights[m] == 0 ? Starts : [.. Factors.Select(factor => factor * weights[m])];
                foreach (var value in tries.Where(value => value > 0 || others))
                {
                    var tried = (double[])weights.Clone();
                    tried[m] = value;
                    var quality = Quality(candidates, tried);
                    if (quality > best)
                        (best, weights) = (quality, tried);
                }
            }
        }
        return models.Select((model, m) => (model.Name, Weight: weights[m])).ToDictionary(pair => pair.Name, pair => pair.Weight);
    }

    private static double Quality(List<Shortlist> candidates, double[] weights)
    {
        var ndcg = new double[candidates.Count];
        Parallel.For(0, ndcg.Length, i => ndcg[i] = candidates[i].Ndcg(weights));
        return ndcg.DefaultIfEmpty().Average(); // of none, where everyone comes back to what they know
    }

    private List<Shortlist> Candidates(IReadOnlyList<(string Name, IRecommender Model)> models, IReadOnlyList<EvaluationCase> cases)
    {
        var unknown = Array.ConvertAll(holdout.ItemCounts(interactions), count => count == 0);
        var columns = unknown.Length;
        var all = new List<Shortlist>();
        foreach (var batch in cases.Chunk(256))
        {
            var rows = models.Select(model =>
            {
                var scores = new float[batch.Length * columns];
                new RecommenderScorer(model.Model, interactions, holdout).Score([.. batch.Select(@case => @case.User)], scores);
                return scores;
            }).ToArray();
            var found = new Shortlist[batch.Length];
            Parallel.For(0, batch.Length, i => found[i] = CandidatesOf(batch[i], [.. rows.Select(scores => scores.AsMemory(i * columns, columns))], unknown));
            all.AddRange(found);
        }
        return all;
    }

    private Shortlist CandidatesOf(EvaluationCase @case, Memory<float>[] rows, bool[] unknown)
    {
        var excluded = (bool[])unknown.Clone();
        foreach (var interaction in interactions.Of(@case.User, holdout.Known[@case.User]))
            excluded[interaction.Item] = true;
        var items = new SortedSet<int>();
        var top = new RankedItem[Depth];
        foreach (var row in rows)
        {
            var count = Ranker.Top(row.Span, excluded, top);
            items.UnionWith(top.Take(count).Select(item => item.Index));
        }
        int[] indices = [.. items];
        return new Shortlist(@case, indices, [.. rows.Select(row => Array.ConvertAll(indices, index => row.Span[index]))]);
    }

    /// <param name="Items">Indices, ascending.</param>
    /// <param name="Scores">By model, then by item.</param>
    private sealed record Shortlist(EvaluationCase Case, int[] Items, float[][] Scores)
    {
        public double Ndcg(double[] weights)
        {
            Span<float> sums = stackalloc float[Items.Length];
            for (var m = 0; m < weights.Length; m++)
            {
                if (weights[m] != 0)
                    System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(Scores[m], (float)weights[m], sums, sums);
            }
            Span<RankedItem> top = stackalloc RankedItem[RankingMetrics.Cutoff];
            Span<float> padded = stackalloc float[Items.Length + 1]; // Ranker's column 0 is the padding's
            sums.CopyTo(padded[1..]);
            var count = Ranker.Top(padded, [], top);
            for (var i = 0; i < count; i++)
                top[i] = top[i] with { Index = Items[top[i].Index - 1] };
            return RankingMetrics.Of(top[..count], Case.Relevant).Ndcg10;
        }
    }
}
