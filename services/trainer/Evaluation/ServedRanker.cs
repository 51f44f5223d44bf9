using ModelOps.Features;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>An exported graph asked as a shop asks it, for the cases of a holdout.</summary>
public sealed class ServedRanker(Interactions interactions, Holdout holdout, int length, bool excludeSeen, FrequencyFusion? fusion)
{
    private const int BatchSize = 64;
    private static readonly Dictionary<int, float> Nothing = [];
    private readonly SequenceEncoder encoder = new(interactions.Vocabulary, length);
    private readonly int[] unknown = [.. holdout.ItemCounts(interactions).Index().Where(item => item.Index > 0 && item.Item == 0).Select(item => item.Index)];

    public Rankings Rank(ExportedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var answers = holdout.Cases.Chunk(BatchSize).SelectMany(batch => model.Rank([.. batch.Select(@case => QuestionOf(@case.User))], Math.Min(RankingMetrics.Depth, interactions.Vocabulary.Count)));
        return new Rankings(holdout.Cases, [.. answers.Select(answer => Array.ConvertAll(answer, item => item.Index))]);
    }

    /// <summary>What <paramref name="user"/> asks at the moment of the holdout.</summary>
    public Question QuestionOf(int user)
    {
        var history = new long[length];
        encoder.Encode(interactions.Sequence(user, holdout.Known[user]).ToArray(), history);
        var seen = excludeSeen ? interactions.Of(user, holdout.Known[user]).ToArray().Select(interaction => interaction.Item) : [];
        return new Question(history, [.. unknown, .. seen], fusion is null ? Nothing : holdout.OwnCounts(interactions, user, fusion));
    }
}
