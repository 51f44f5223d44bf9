using ModelOps.Features;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>Ranks all items that are known at the moment of asking, for every case, by any scorer: the same rows for a model and its baselines.</summary>
public sealed class Evaluator(Interactions interactions, Holdout holdout, bool excludeSeen)
{
    private const int BatchSize = 256;
    private readonly bool[] unknown = [.. holdout.ItemCounts(interactions).Select(count => count == 0)];

    /// <summary>The mean over the cases.</summary>
    public RankingMetrics Evaluate(IScorer scorer) => RankingMetrics.Mean(Rank(scorer).ByCase());

    public Rankings Rank(IScorer scorer)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        var columns = unknown.Length;
        var scores = new float[Math.Min(BatchSize, holdout.Cases.Count) * columns];
        var tops = new List<int[]>(holdout.Cases.Count);
        foreach (var batch in holdout.Cases.Chunk(BatchSize))
        {
            scorer.Score([.. batch.Select(@case => @case.User)], scores.AsSpan(0, batch.Length * columns));
            var found = new int[batch.Length][];
            Parallel.For(0, batch.Length, i => found[i] = Top(batch[i], scores.AsSpan(i * columns, columns)));
            tops.AddRange(found);
        }
        return new Rankings(holdout.Cases, [.. tops]);
    }

    private int[] Top(EvaluationCase @case, Span<float> row)
    {
        if (excludeSeen)
        {
            foreach (var interaction in interactions.Of(@case.User, holdout.Known[@case.User]))
                row[interaction.Item] = float.NegativeInfinity;
        }
        Span<RankedItem> top = stackalloc RankedItem[RankingMetrics.Depth];
        var items = new int[Ranker.Top(row, unknown, top)];
        for (var rank = 0; rank < items.Length; rank++)
            items[rank] = top[rank].Index;
        return items;
    }
}
