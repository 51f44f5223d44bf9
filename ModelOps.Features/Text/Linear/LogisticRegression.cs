// Liu, Nocedal: On the limited memory BFGS method for large scale optimization. 1989, https://doi.org/10.1007/BF01589116
using System.Numerics.Tensors;

namespace ModelOps.Features.Text.Linear;

/// <param name="Cost">Of the cross entropy summed over the texts, beside half the squared length of the weights; the bias is free.</param>
/// <param name="Passes">At most, over all texts.</param>
/// <param name="Tolerance">Share of the loss that a step must gain; less ends the training.</param>
public sealed record LogisticSettings(float Cost = 10, int Passes = 60, double Tolerance = 1e-5);

/// <summary>Multinomial logistic regression by L-BFGS. The same weights on any number of threads: texts are summed in a fixed number of parts, in their order.</summary>
public sealed class LogisticRegression
{
    private const int Parts = 4;
    private const int Memory = 5;
    private const double Sufficient = 1e-4; // Armijo's condition

    private readonly SparseRows rows;
    private readonly IReadOnlyList<int> labels;
    private readonly int classes;
    private readonly float cost;
    private readonly float[][] partial;

    private LogisticRegression(SparseRows rows, IReadOnlyList<int> labels, int classes, float cost)
    {
        (this.rows, this.labels, this.classes, this.cost) = (rows, labels, classes, cost);
        partial = [.. Enumerable.Range(0, Parts).Select(_ => new float[(rows.Width + 1) * classes])]; // the last row is the bias
    }

    /// <param name="labels">(rows), 0 to <paramref name="classes"/> − 1.</param>
    public static LinearWeights Train(SparseRows rows, IReadOnlyList<int> labels, int classes, LogisticSettings settings)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(settings);
        var weights = new LogisticRegression(rows, labels, classes, settings.Cost).Minimize(settings);
        return new LinearWeights(weights[..(rows.Width * classes)], weights[(rows.Width * classes)..]);
    }

    private float[] Minimize(LogisticSettings settings)
    {
        var (at, gradient) = (new float[(rows.Width + 1) * classes], new float[(rows.Width + 1) * classes]);
        var (next, nextGradient) = (new float[at.Length], new float[at.Length]);
        var loss = Loss(at, gradient);
        var history = new CurvatureHistory(Memory);
        for (var pass = 1; pass < settings.Passes; pass++)
        {
            var direction = history.Direction(gradient);
            var slope = (double)TensorPrimitives.Dot<float>(direction, gradient);
            var step = history.IsEmpty ? 1 / Math.Max(1, TensorPrimitives.Norm<float>(gradient)) : 1f;
            var nextLoss = double.PositiveInfinity;
            for (; step > 1e-8f; step /= 2)
            {
                TensorPrimitives.MultiplyAdd(direction, step, at, next);
                nextLoss = Loss(next, nextGradient);
                if (nextLoss <= loss + (Sufficient * step * slope))
                    break;
                pass++;
            }
            if (!(nextLoss < loss))
                break;
            history.Add(at, next, gradient, nextGradient);
            var gain = (loss - nextLoss) / Math.Abs(loss);
            ((at, next), (gradient, nextGradient), loss) = ((next, at), (nextGradient, gradient), nextLoss);
            if (gain < settings.Tolerance)
                break;
        }
        return at;
    }

    private double Loss(float[] weights, float[] gradient)
    {
        var losses = new double[Parts];
        Parallel.For(0, Parts, part => losses[part] = Sum(part, weights));
        TensorPrimitives.Add<float>(partial[0], partial[1], gradient);
        for (var part = 2; part < Parts; part++)
            TensorPrimitives.Add<float>(gradient, partial[part], gradient);
        var length = rows.Width * classes;
        TensorPrimitives.Multiply<float>(gradient, cost, gradient);
        TensorPrimitives.Add<float>(gradient.AsSpan(0, length), weights.AsSpan(0, length), gradient.AsSpan(0, length));
        return (cost * losses.Sum()) + (.5 * TensorPrimitives.SumOfSquares<float>(weights.AsSpan(0, length)));
    }

    /// <summary>The cross entropy of a part of the texts, whose gradient goes to its place in <see cref="partial"/>.</summary>
    private double Sum(int part, float[] weights)
    {
        var gradient = partial[part];
        Array.Clear(gradient);
        var scores = new float[classes];
        var (first, end, loss) = ((int)((long)rows.Count * part / Parts), (int)((long)rows.Count * (part + 1) / Parts), 0d);
        for (var row = first; row < end; row++)
        {
            var columns = rows.Columns(row);
            var values = rows.Values(row);
            weights.AsSpan(rows.Width * classes).CopyTo(scores);
            for (var i = 0; i < columns.Length; i++)
                TensorPrimitives.MultiplyAdd(weights.AsSpan(columns[i] * classes, classes), values[i], scores, scores);
            TensorPrimitives.SoftMax<float>(scores, scores);
            loss -= Math.Log(Math.Max(scores[labels[row]], 1e-30f));
            scores[labels[row]] -= 1;
            for (var i = 0; i < columns.Length; i++)
            {
                var of = gradient.AsSpan(columns[i] * classes, classes);
                TensorPrimitives.MultiplyAdd(scores, values[i], of, of);
            }
            var bias = gradient.AsSpan(rows.Width * classes);
            TensorPrimitives.Add(bias, scores, bias);
        }
        return loss;
    }
}
