using ModelOps.Features;
using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Onnx;

/// <summary>Holds an exported graph against the model it came from: the score of every item, and the answer to a shopper.</summary>
public static class ParityCheck
{
    /// <summary>The largest difference that a score may have.</summary>
    public const double Tolerance = 1e-4;

    private const int BatchSize = 64, Depth = 20;
    private const string Remedy = "The export is wrong or the file was changed; it is not registered. Run the training again.";

    /// <summary>
    /// Asks both for every item, and for the best without the older half of the history and with its counts as the shopper's own.
    /// Items whose scores are within the tolerance of each other may change places.
    /// </summary>
    /// <param name="rows">Encoded histories, one after the other.</param>
    /// <param name="fusion">As the graph was made with.</param>
    /// <returns>The largest difference of a score over all items.</returns>
    /// <exception cref="ParityException">The difference is above <see cref="Tolerance"/>, or an answer is another: the file must not be used.</exception>
    public static double Verify(IRecommender model, string modelPath, long[] rows, FrequencyFusion? fusion = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        using var exported = new ExportedModel(modelPath);
        var largest = 0.0;
        foreach (var batch in Enumerable.Range(0, rows.Length / model.Length).Select(row => rows.AsMemory(row * model.Length, model.Length)).Chunk(BatchSize))
        {
            var scores = new float[batch.Length * (model.Items + 1)];
            model.Score(batch.SelectMany(history => history.ToArray()).ToArray(), scores);
            var all = exported.Rank([.. batch.Select(history => Question.Of(history))], model.Items);
            var questions = batch.Select(Ask).ToArray();
            var answers = exported.Rank(questions, Math.Min(Depth, model.Items));
            for (var i = 0; i < batch.Length; i++)
            {
                var expected = scores.AsSpan(i * (model.Items + 1), model.Items + 1);
                largest = Math.Max(largest, Difference(expected, all[i]));
                fusion?.Apply(expected, questions[i].Own);
                if (!IsAnswer(expected, questions[i].Forbidden, answers[i]))
                    throw new ParityException($"{modelPath} does not answer as the trained model ranks. {Remedy}");
            }
        }
        return largest <= Tolerance
            ? largest
            : throw new ParityException($"{modelPath} differs from the trained model by {largest:g3}, more than {Tolerance:g1}, on {rows.Length / model.Length} real histories. {Remedy}");
    }

    private static Question Ask(Memory<long> history)
    {
        var items = history.ToArray().Where(item => item > 0).Select(item => (int)item).ToArray();
        return new Question(history, [.. items[..(items.Length / 2)]], items.CountBy(item => item).ToDictionary(pair => pair.Key, pair => (float)pair.Value));
    }

    /// <summary>Infinite where an item is missing or not a number.</summary>
    private static double Difference(ReadOnlySpan<float> expected, RankedItem[] all)
    {
        if (all.Length != expected.Length - 1)
            return double.PositiveInfinity;
        var largest = 0.0;
        foreach (var (item, score) in all)
            largest = Math.Max(largest, double.IsNaN(expected[item]) ? double.PositiveInfinity : Math.Abs(expected[item] - score));
        return largest;
    }

    private static bool IsAnswer(Span<float> expected, IReadOnlyCollection<int> forbidden, RankedItem[] answer)
    {
        foreach (var item in forbidden)
            expected[item] = float.NegativeInfinity;
        var best = new RankedItem[Depth];
        if (Ranker.Top(expected, [], best) != answer.Length || answer.Select(item => item.Index).Distinct().Count() != answer.Length)
            return false;
        for (var rank = 0; rank < answer.Length; rank++)
        {
            var tolerance = 2 * Tolerance * Math.Max(1, Math.Abs(best[rank].Score));
            if (!(Math.Abs(answer[rank].Score - best[rank].Score) <= tolerance && Math.Abs(expected[answer[rank].Index] - answer[rank].Score) <= tolerance))
                return false;
        }
        return true;
    }
}

/// <summary>The exported model does not compute what the trained one does.</summary>
public sealed class ParityException(string message) : Exception(message);
