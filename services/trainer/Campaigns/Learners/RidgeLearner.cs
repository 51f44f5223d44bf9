using ModelOps.Features.Tables;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary>Linear regression with a ridge; the constant is not shrunk.</summary>
/// <param name="ridge">Added to the diagonal of the normal equations.</param>
public sealed class RidgeLearner(double ridge = 10) : ILearner
{
    public string Name => "ridge";

    public ILearned Learn(TableRows rows, float[] targets, float[]? weights, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(targets);
        var equations = new NormalEquations(rows.Width + 1);
        var design = new double[rows.Width + 1];
        for (var row = 0; row < rows.Count; row++)
        {
            LogisticLearner.Widen(rows.Design.AsSpan(row * rows.Width, rows.Width), design);
            design[^1] = 1;
            var weight = weights?[row] ?? 1f;
            equations.Add(design, weight, weight * targets[row]);
        }
        double[] ridges = [.. Enumerable.Repeat(ridge, rows.Width), 0];
        return new Linear(equations.Solve(ridges, new double[rows.Width + 1]), false);
    }
}
