// Reimers, Gurevych: Sentence-BERT. EMNLP 2019, https://arxiv.org/abs/1908.10084; Henderson et al.: Efficient Natural Language
// Response Suggestion for Smart Reply. 2017, https://arxiv.org/abs/1705.00652 (in-batch negatives); Nogueira, Cho: Passage Re-ranking
// with BERT. 2019, https://arxiv.org/abs/1901.04085 (cross-encoder)
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <param name="Query">What was asked.</param>
/// <param name="Positive">What belongs to it.</param>
/// <param name="Negatives">What does not, though it seems to.</param>
public sealed record TextPair(string Query, string Positive, IReadOnlyList<string> Negatives)
{
    public TextPair(string query, string positive) : this(query, positive, [])
    {
    }
}

/// <param name="Grade">From 0, has nothing to do with it, to 1, is what was asked for.</param>
public sealed record GradedPair(string Query, string Text, double Grade);

/// <param name="Label">From 0.</param>
public sealed record LabelledText(string Text, int Label);

/// <summary>Lets a model with its head learn from pairs, grades or labels.</summary>
internal sealed class FineTuning(TextModel model, Tokenizer tokenizer, TextOptions options, Action<int, double>? report = null)
{
    private const int TokensPerBatch = 8192;

    /// <summary>Vectors of what belongs together come near each other; the batch's other texts, and each pair's hard negatives, are what they go away from.</summary>
    public void LearnPairs(IReadOnlyList<TextPair> pairs)
    {
        var encoded = pairs.Select(pair => (Query: Encode(pair.Query), Texts: new[] { pair.Positive }.Concat(pair.Negatives).Select(text => (text, Encode(text))).ToArray(), Key: pair.Query)).ToList();
        Learn(pass => TextBatches.Of(encoded, pair => pair.Texts[0].Item2.Ids.Length, options.BatchSize, int.MaxValue, options.Seed + pass), batch =>
        {
            var positives = batch.ConvertAll(pair => pair.Texts[0]);
            var candidates = positives.Concat(batch.SelectMany(pair => pair.Texts.Skip(1))).ToList();
            var queries = model.Forward(Tensors([.. batch.Select(pair => pair.Query)])); // (pairs, dim)
            var texts = model.Forward(Tensors([.. candidates.Select(text => text.Item2)])); // (candidates, dim)
            var scores = queries.mm(texts.t()).div(Architectures.Scalars.Of(options.Temperature)); // (pairs, candidates)
            scores = scores.masked_fill(Twins(batch.ConvertAll(pair => pair.Key), candidates.ConvertAll(text => text.text), positives.ConvertAll(text => text.text)), Architectures.Scalars.Of(TextLayers.Never));
            var right = arange(batch.Count, ScalarType.Int64);
            var back = nn.functional.cross_entropy(scores.slice(1, 0, batch.Count, 1).t(), right);
            return nn.functional.cross_entropy(scores, right).Plus(back).div(Architectures.Scalars.Of(2));
        });
    }

    /// <summary>A score for each query with a text, near its grade (binary cross-entropy).</summary>
    public void LearnGrades(IReadOnlyList<GradedPair> pairs)
    {
        var encoded = pairs.Select(pair => (Text: tokenizer.Encode(pair.Query, MostTokens, pair.Text), pair.Grade)).ToList();
        Learn(pass => TextBatches.Of(encoded, pair => pair.Text.Ids.Length, options.BatchSize, TokensPerBatch, options.Seed + pass), batch =>
            nn.functional.binary_cross_entropy_with_logits(model.Forward(Tensors([.. batch.Select(pair => pair.Text)])).squeeze(1), tensor(batch.Select(pair => (float)pair.Grade).ToArray())));
    }

    /// <summary>A score for each label (cross-entropy).</summary>
    public void LearnLabels(IReadOnlyList<LabelledText> texts)
    {
        var encoded = texts.Select(text => (Text: Encode(text.Text), text.Label)).ToList();
        Learn(pass => TextBatches.Of(encoded, text => text.Text.Ids.Length, options.BatchSize, TokensPerBatch, options.Seed + pass), batch =>
            nn.functional.cross_entropy(model.Forward(Tensors([.. batch.Select(text => text.Text)])), tensor(batch.Select(text => (long)text.Label).ToArray())));
    }

    /// <summary>
    /// Learns from a teacher: which of a batch's texts are alike and how much, or which labels it finds likely. The teacher's tokenizer
    /// and dimensions may be others. Hinton, Vinyals, Dean, 2015, https://arxiv.org/abs/1503.02531
    /// </summary>
    public void LearnFrom(TextModel teacher, Tokenizer teachersTokenizer, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        if (teacher.Head.Labels != model.Head.Labels)
            throw new ArgumentException($"The teacher has {teacher.Head.Labels} labels, the student {model.Head.Labels}. Give both the same head.", nameof(teacher));
        teacher.Train(false);
        var encoded = texts.Select(text => (Own: Encode(text), Teachers: teachersTokenizer.Encode(text, teacher.Network.Config.MaxTokens))).ToList();
        Learn(pass => TextBatches.Of(encoded, text => text.Own.Ids.Length, options.BatchSize, TokensPerBatch, options.Seed + pass), batch =>
        {
            Tensor taught;
            using (no_grad())
                taught = Likely(teacher.Forward(TextTensors.Of([.. batch.Select(text => text.Teachers)], teachersTokenizer.Special.Padding, teacher.Network.Config.Segments)));
            var own = Likely(model.Forward(Tensors([.. batch.Select(text => text.Own)])));
            return (taught.exp() * (taught - own)).sum(1).mean();
        });
    }

    private int MostTokens => Math.Min(options.MaxTokens, model.Network.Config.MaxTokens);

    private EncodedText Encode(string text) => tokenizer.Encode(text, MostTokens);

    private TextTensors Tensors(IReadOnlyList<EncodedText> texts) => TextTensors.Of(texts, tokenizer.Special.Padding, model.Network.Config.Segments);

    private void Learn<T>(Func<int, IReadOnlyList<T>> batches, Func<T, Tensor> loss)
    {
        using var learner = new TextLearner(options, model.Network, model.Network, model.Head);
        model.Train(true);
        learner.Run(options.Passes, options.LearningRate, batches, loss, (pass, mean) =>
        {
            report?.Invoke(pass, mean);
            return true;
        });
        model.Train(false);
    }

    /// <summary>Log-probabilities of the labels, or of which other text of the batch each is like.</summary>
    private Tensor Likely(Tensor output)
    {
        if (model.Head.Labels > 0)
            return nn.functional.log_softmax(output, 1);
        var likeness = output.mm(output.t()).div(Architectures.Scalars.Of(options.Temperature));
        var self = eye(output.shape[0], output.shape[0], ScalarType.Bool);
        return nn.functional.log_softmax(likeness.masked_fill(self, Architectures.Scalars.Of(TextLayers.Never)), 1);
    }

    /// <summary>(pairs, candidates): true where a candidate belongs to the query as well, though it is another pair's.</summary>
    private static Tensor Twins(List<string> queries, List<string> candidates, List<string> positives)
    {
        var wanted = queries.Zip(positives).GroupBy(pair => pair.First).ToDictionary(group => group.Key, group => group.Select(pair => pair.Second).ToHashSet(StringComparer.Ordinal));
        var twins = new bool[queries.Count * candidates.Count];
        for (var row = 0; row < queries.Count; row++)
        {
            for (var column = 0; column < candidates.Count; column++)
                twins[row * candidates.Count + column] = row != column && (wanted[queries[row]].Contains(candidates[column]) || candidates[column] == positives[row]);
        }
        return tensor(twins, queries.Count, candidates.Count);
    }
}
