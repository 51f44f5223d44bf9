using System.Numerics.Tensors;

namespace ModelOps.Features.Text.Linear;

/// <summary>A score for each class: bias + the text's vector times the weights.</summary>
/// <param name="weights">(terms, classes), so that a term's weights of all classes lie together.</param>
/// <param name="bias">(classes).</param>
public sealed class LinearWeights(float[] weights, float[] bias)
{
    public int Classes => bias.Length;

    public int Terms => weights.Length / Math.Max(1, bias.Length);

    internal float[] Weights => weights;

    internal float[] Bias => bias;

    /// <param name="scores">(classes), overwritten.</param>
    public void Score(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, Span<float> scores)
    {
        bias.CopyTo(scores);
        for (var i = 0; i < columns.Length; i++)
            TensorPrimitives.MultiplyAdd(weights.AsSpan(columns[i] * bias.Length, bias.Length), values[i], scores, scores);
    }

    /// <returns>(rows, classes).</returns>
    public float[][] Score(SparseRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var scores = new float[rows.Count][];
        for (var row = 0; row < rows.Count; row++)
            Score(rows.Columns(row), rows.Values(row), scores[row] = new float[Classes]);
        return scores;
    }

    /// <summary>Half precision: three digits, which moves no score noticeably, in half the space.</summary>
    internal void Write(BinaryWriter writer)
    {
        writer.Write(bias.Length);
        writer.Write(weights.Length);
        foreach (var value in bias)
            writer.Write(value);
        foreach (var value in weights)
            writer.Write((Half)value);
    }

    /// <exception cref="InvalidDataException">What was read is not what was written.</exception>
    internal static LinearWeights Read(BinaryReader reader, int terms)
    {
        var (classes, length) = (reader.ReadInt32(), reader.ReadInt32());
        if (classes < 1 || length != (long)classes * terms)
            throw new InvalidDataException("The text classifier's weights do not fit its terms. Train and register the model again.");
        var (bias, weights) = (new float[classes], new float[length]);
        for (var i = 0; i < classes; i++)
            bias[i] = reader.ReadSingle();
        for (var i = 0; i < length; i++)
            weights[i] = (float)reader.ReadHalf();
        return new LinearWeights(weights, bias);
    }
}
