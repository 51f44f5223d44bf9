using ModelOps.Features;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>Scores every item for a shopper from what is known at the moment of asking.</summary>
public interface IScorer
{
    /// <summary>Fills one row of <c>items + 1</c> scores a user.</summary>
    void Score(ReadOnlySpan<int> users, Span<float> rows);
}

/// <summary>The same for everyone: how often an item occurs.</summary>
public sealed class PopularityScorer(int[] itemCounts) : IScorer
{
    private readonly float[] row = [.. itemCounts.Select(count => (float)count)];

    public void Score(ReadOnlySpan<int> users, Span<float> rows)
    {
        for (var i = 0; i < users.Length; i++)
            row.CopyTo(rows[(i * row.Length)..]);
    }
}

/// <summary>How often the shopper chose an item, plus a tenth of its popularity over the most popular item's.</summary>
public sealed class FrequencyScorer(Interactions interactions, Holdout holdout) : IScorer
{
    private static readonly FrequencyFusion Plain = new(1, 1, null);
    private readonly float[] popularity = Tenth(holdout.ItemCounts(interactions));

    public void Score(ReadOnlySpan<int> users, Span<float> rows)
    {
        for (var i = 0; i < users.Length; i++)
        {
            var row = rows.Slice(i * popularity.Length, popularity.Length);
            popularity.CopyTo(row);
            foreach (var (item, count) in holdout.OwnCounts(interactions, users[i], Plain))
                row[item] += count;
        }
    }

    private static float[] Tenth(int[] counts)
    {
        float most = Math.Max(1, counts.Max());
        return [.. counts.Select(count => 0.1f * count / most)];
    }
}

/// <summary>A model and the shopper's own counts: what is deployed where repeats are recommended.</summary>
public sealed class FusedScorer(IScorer model, FrequencyFusion fusion, Interactions interactions, Holdout holdout) : IScorer
{
    public void Score(ReadOnlySpan<int> users, Span<float> rows)
    {
        model.Score(users, rows);
        var columns = interactions.Vocabulary.Count + 1;
        for (var i = 0; i < users.Length; i++)
            fusion.Apply(rows.Slice(i * columns, columns), holdout.OwnCounts(interactions, users[i], fusion));
    }
}
