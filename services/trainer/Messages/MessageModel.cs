using ModelOps.Features.Assist;
using ModelOps.Features.Text.Linear;

namespace ModelOps.Trainer.Messages;

/// <summary>Linear scores and networks, learned from the same messages.</summary>
public sealed class MessageModel : IDisposable
{
    public const int Buckets = 1 << 13;

    private MessageModel(LinearClassifier linear, IReadOnlyList<string> vocabulary, WordEncoder encoder, IReadOnlyList<TextConvolution> networks) =>
        (Linear, Vocabulary, Encoder, Networks) = (linear, vocabulary, encoder, networks);

    public LinearClassifier Linear { get; }

    public IReadOnlyList<string> Vocabulary { get; }

    public WordEncoder Encoder { get; }

    public IReadOnlyList<TextConvolution> Networks { get; }

    /// <param name="report">Told each pass of each network: the pass, from 1, its loss and its seconds.</param>
    public static MessageModel Train(IReadOnlyList<string> texts, IReadOnlyList<int> labels, int classes, AssistParameters parameters, int networks, Action<int, double, double> report)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(report);
        var linear = LinearClassifier.Train(texts, labels, classes, parameters.Terms, parameters.Svm);
        var vocabulary = WordEncoder.VocabularyOf(texts);
        var encoder = new WordEncoder(vocabulary, Buckets);
        return new MessageModel(linear, vocabulary, encoder, [.. Enumerable.Range(0, networks).Select(n =>
            ConvolutionTraining.Train(encoder, texts, labels, classes, parameters, parameters.Seed + n, (pass, loss, seconds) => report((n * parameters.PassesOver(texts.Count)) + pass, loss, seconds)))]);
    }

    public IReadOnlyList<ScoredMessage> Score(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var network = Networks.Count == 0 ? null : ConvolutionTraining.Score(Encoder, Networks, texts);
        var vector = new TermVector();
        return [.. texts.Select((text, row) =>
        {
            var scores = new float[Linear.Classes];
            Linear.Score(text, vector, scores);
            var signs = new double[ScopeRule.Signs];
            MessageClassifier.Read(scores, network?[row] ?? [], vector.Known, signs);
            return new ScoredMessage(scores, network?[row] ?? [], signs);
        })];
    }

    public void Dispose()
    {
        foreach (var network in Networks)
            network.Dispose();
    }
}

/// <param name="Linear">(classes).</param>
/// <param name="Network">(classes) log-probabilities; empty without a network.</param>
/// <param name="Signs">Whether it is out of scope; see <see cref="MessageClassifier.Read"/>.</param>
public sealed record ScoredMessage(float[] Linear, float[] Network, double[] Signs)
{
    public float[] Blended(float blend)
    {
        var blended = new float[Linear.Length];
        MessageClassifier.Blend(Linear, Network, blend, blended);
        return blended;
    }
}
