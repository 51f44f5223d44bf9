using System.Numerics.Tensors;

namespace ModelOps.Features.Text.Linear;

/// <summary>The last steps of L-BFGS and how the gradient changed along them, which stand for the inverse Hessian.</summary>
internal sealed class CurvatureHistory(int most)
{
    private readonly List<(float[] Step, float[] Change, float Inverse)> steps = []; // oldest first

    public bool IsEmpty => steps.Count == 0;

    public void Add(float[] from, float[] to, float[] gradientFrom, float[] gradientTo)
    {
        var (step, change) = steps.Count == most ? (steps[0].Step, steps[0].Change) : (new float[from.Length], new float[from.Length]);
        TensorPrimitives.Subtract<float>(to, from, step);
        TensorPrimitives.Subtract<float>(gradientTo, gradientFrom, change);
        var curvature = TensorPrimitives.Dot<float>(step, change);
        if (steps.Count == most)
            steps.RemoveAt(0);
        if (curvature > 1e-10f)
            steps.Add((step, change, 1 / curvature));
    }

    /// <summary>The two-loop recursion.</summary>
    public float[] Direction(float[] gradient)
    {
        var direction = new float[gradient.Length];
        TensorPrimitives.Negate<float>(gradient, direction);
        var along = new float[steps.Count];
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            along[i] = steps[i].Inverse * TensorPrimitives.Dot<float>(steps[i].Step, direction);
            TensorPrimitives.MultiplyAdd(steps[i].Change, -along[i], direction, direction);
        }
        if (steps.Count > 0)
            TensorPrimitives.Multiply(direction, 1 / (steps[^1].Inverse * TensorPrimitives.SumOfSquares<float>(steps[^1].Change)), direction);
        for (var i = 0; i < steps.Count; i++)
        {
            var back = steps[i].Inverse * TensorPrimitives.Dot<float>(steps[i].Change, direction);
            TensorPrimitives.MultiplyAdd(steps[i].Step, along[i] - back, direction, direction);
        }
        return direction;
    }
}
