using System.Numerics.Tensors;
using ModelOps.Features.Text.Linear;

namespace ModelOps.Features.Text.Kernels;

public sealed record KernelSettings(float Cost = 1, float Sharpness = 2, int Passes = 40, float Tolerance = .1f);

public static class KernelSvm
{
    public static float[][] Matrix(SparseRows texts, float sharpness)
    {
        var similarities = new TextSimilarities(texts);
        var matrix = new float[texts.Count][];
        Parallel.For(0, texts.Count, row =>
        {
            similarities.Of(texts.Columns(row), texts.Values(row), matrix[row] = new float[texts.Count]);
            Bend(matrix[row], sharpness);
        });
        return matrix;
    }

    public static void Bend(Span<float> similarities, float sharpness)
    {
        TensorPrimitives.Subtract(similarities, 1, similarities);
        TensorPrimitives.Multiply(similarities, sharpness, similarities);
        TensorPrimitives.Exp(similarities, similarities);
    }

    /// <returns>(classes)(texts) coefficients and bias</returns>
    public static (float[][] Coefficients, float[] Bias) Train(float[][] matrix, IReadOnlyList<int> labels, int classes, KernelSettings settings)
    {
        var coefficients = new float[classes][];
        var bias = new float[classes];
        Parallel.For(0, classes, label => (coefficients[label], bias[label]) = Solve(matrix, [.. labels.Select(other => other == label ? 1f : -1f)], settings, label));
        return (coefficients, bias);
    }

    private static (float[], float) Solve(float[][] matrix, float[] sign, KernelSettings settings, int seed)
    {
        var n = sign.Length;
        var (dual, score, order, random) = (new float[n], new float[n], Enumerable.Range(0, n).ToArray(), new Random(seed));
        var diagonal = .5f / settings.Cost;
        var bias = 0f;
        for (var pass = 0; pass < settings.Passes; pass++)
        {
            random.Shuffle(order);
            var (highest, lowest) = (float.NegativeInfinity, float.PositiveInfinity);
            foreach (var row in order)
            {
                var gradient = (sign[row] * (score[row] + bias)) - 1 + (diagonal * dual[row]);
                var projected = dual[row] == 0 ? Math.Min(gradient, 0) : gradient;
                (highest, lowest) = (Math.Max(highest, projected), Math.Min(lowest, projected));
                if (MathF.Abs(projected) < 1e-4f)
                    continue;
                var to = Math.Max(dual[row] - (gradient / (matrix[row][row] + 1 + diagonal)), 0);
                var step = (to - dual[row]) * sign[row];
                dual[row] = to;
                bias += step;
                TensorPrimitives.MultiplyAdd(matrix[row], step, score, score);
            }
            if (highest - lowest < settings.Tolerance)
                break;
        }
        for (var row = 0; row < n; row++)
            dual[row] *= sign[row];
        return (dual, bias);
    }
}
