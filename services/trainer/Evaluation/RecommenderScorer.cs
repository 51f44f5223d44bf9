using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>A model asked with what is known of each user.</summary>
public sealed class RecommenderScorer(IHistoryScorer model, Interactions interactions, Holdout holdout) : IScorer
{
    private readonly SequenceEncoder encoder = new(interactions.Vocabulary, model.Length);

    public void Score(ReadOnlySpan<int> users, Span<float> rows) => model.Score(Encode(users), rows);

    /// <summary>The users' histories, row by row.</summary>
    public long[] Encode(ReadOnlySpan<int> users)
    {
        var rows = new long[users.Length * model.Length];
        for (var i = 0; i < users.Length; i++)
            encoder.Encode(interactions.Sequence(users[i], holdout.Known[users[i]]).ToArray(), rows.AsSpan(i * model.Length, model.Length));
        return rows;
    }
}
