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
    private const int MostOnStack = 1024;

    /// <summary>Of the scores in their smooth maximum: a score one lower counts a fiftieth.</summary>
    private const float Sharpness = 4;

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
        Span<float> cosines = linear.Classes <= MostOnStack ? stackalloc float[linear.Classes] : new float[linear.Classes];
        linear.Near(vector, cosines);
        Read(scores, network, cosines, vector, signs);
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
    /// known; the network is unsure, and it does not agree with the linear scores; the smooth maximum of the scores is low (Liu et al.:
    /// Energy-based Out-of-distribution Detection, NeurIPS 2020), the best does not stand out from the others, the text is far from the
    /// mean of every intent, and of the best one, and it is short.
    /// </summary>
    /// <param name="cosines">With each intent's mean.</param>
    public static void Read(ReadOnlySpan<float> scores, ReadOnlySpan<float> network, ReadOnlySpan<float> cosines, TermVector vector, Span<double> signs)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var best = TensorPrimitives.IndexOfMax(scores);
        var second = float.NegativeInfinity;
        for (var i = 0; i < scores.Length; i++)
        {
            if (i != best)
                second = Math.Max(second, scores[i]);
        }
        signs[0] = scores[best];
        signs[1] = scores.Length > 1 ? scores[best] - second : 0;
        signs[2] = vector.Known;
        signs[3] = network.IsEmpty ? 0 : TensorPrimitives.Max(network);
        signs[4] = network.IsEmpty ? 0 : Entropy(network);
        signs[5] = network.IsEmpty ? 0 : network[best];
        signs[6] = Energy(scores);
        signs[7] = Standing(scores, best);
        signs[8] = TensorPrimitives.Max(cosines);
        signs[9] = cosines[best];
        signs[10] = Math.Log(1 + vector.Count);
    }

    private static double Energy(ReadOnlySpan<float> scores)
    {
        var sum = 0d;
        foreach (var score in scores)
            sum += Math.Exp(Sharpness * score);
        return Math.Log(sum) / Sharpness;
    }

    /// <summary>How many deviations the best is above the mean.</summary>
    private static double Standing(ReadOnlySpan<float> scores, int best)
    {
        var mean = TensorPrimitives.Sum(scores) / scores.Length;
        var squares = 0d;
        foreach (var score in scores)
            squares += (score - mean) * (score - mean);
        return squares > 0 ? (scores[best] - mean) / Math.Sqrt(squares / scores.Length) : 0;
    }

    private static double Entropy(ReadOnlySpan<float> logarithms)
    {
        var sum = 0d;
        foreach (var value in logarithms)
            sum -= Math.Exp(value) * value;
        return sum;
    }
}
