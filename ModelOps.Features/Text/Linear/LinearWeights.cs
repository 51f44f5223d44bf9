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
}
