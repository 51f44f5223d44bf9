using System.Numerics.Tensors;
using ModelOps.Features.Text.Linear;

namespace ModelOps.Features.Assist;

/// <summary>What a classifier says of a message.</summary>
/// <param name="Probabilities">(intents), calibrated.</param>
/// <param name="OutOfScope">The probability that it is about something else.</param>
public sealed record Judgement(float[] Probabilities, double OutOfScope)
{
    public int Best => TensorPrimitives.IndexOfMax<float>(Probabilities);
}

/// <summary>
/// Linear scores over terms and a network's over words, added. The two know different things: the one weighs rare terms, the other reads
/// words in their order. Many threads may ask.
/// </summary>
public sealed class MessageClassifier(AssistSettings settings, LinearClassifier linear)
{
    [ThreadStatic]
    private static TermVector? scratch;

    public AssistSettings Settings => settings;

    /// <param name="network">(intents) log-probabilities; empty without a network.</param>
    public Judgement Judge(string text, ReadOnlySpan<float> network)
    {
        var (scores, vector) = (new float[linear.Classes], scratch ??= new TermVector());
        linear.Score(text, vector, scores);
        Span<double> signs = stackalloc double[ScopeRule.Signs];
        var probabilities = new float[scores.Length];
        Blend(scores, network, settings.Blend, probabilities);
        TensorPrimitives.Multiply<float>(probabilities, settings.Sharpness, probabilities);
        TensorPrimitives.SoftMax<float>(probabilities, probabilities);
        Read(scores, network, vector.Known, signs);
        return new Judgement(probabilities, settings.Scope.Probability(signs));
    }

    public static void Blend(ReadOnlySpan<float> scores, ReadOnlySpan<float> network, float blend, Span<float> blended)
    {
        if (network.IsEmpty || blend == 0)
            scores.CopyTo(blended);
        else
            TensorPrimitives.MultiplyAdd(network, blend, scores, blended);
    }

    /// <summary>
    /// The signs of a message that none of the intents fits: no intent's linear score is high, the two best are close, few terms are
    /// known; the network is unsure, and it does not agree with the linear scores.
    /// </summary>
    public static void Read(ReadOnlySpan<float> scores, ReadOnlySpan<float> network, float known, Span<double> signs)
    {
        var best = TensorPrimitives.IndexOfMax(scores);
        var second = float.NegativeInfinity;
        for (var i = 0; i < scores.Length; i++)
        {
            if (i != best)
                second = Math.Max(second, scores[i]);
        }
        signs[0] = scores[best];
        signs[1] = scores.Length > 1 ? scores[best] - second : 0;
        signs[2] = known;
        signs[3] = network.IsEmpty ? 0 : TensorPrimitives.Max(network);
        signs[4] = network.IsEmpty ? 0 : Entropy(network);
        signs[5] = network.IsEmpty ? 0 : network[best];
    }

    private static double Entropy(ReadOnlySpan<float> logarithms)
    {
        var sum = 0d;
        foreach (var value in logarithms)
            sum -= Math.Exp(value) * value;
        return sum;
    }
}
