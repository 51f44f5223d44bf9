using ModelOps.Features.Tables;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary>Logistic regression by Newton's method; the constant is not shrunk.</summary>
/// <param name="ridge">Of the standardised weights: half of it times their squares is added to the sum of the log losses.</param>
public sealed class LogisticLearner(double ridge = 1) : ILearner
{
    private const int MostSteps = 30;
    private const double Enough = 1e-7;

    public string Name => "logistic";

    public ILearned Learn(TableRows rows, float[] targets, float[]? weights, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(targets);
        var ridges = Enumerable.Repeat(ridge, rows.Width).ToArray();
        return new Linear(Newton(rows.Width, rows.Count, (row, design) => Widen(rows.Design.AsSpan(row * rows.Width, rows.Width), design), ridges, targets, weights), true);
    }

    internal delegate void Fill(int row, Span<double> design);

    /// <param name="fill">The design columns of a row.</param>
    /// <param name="ridges">One a column.</param>
    /// <returns>The weights, the constant last.</returns>
    internal static double[] Newton(int width, int rows, Fill fill, double[] ridges, float[] targets, float[]? weights)
    {
        var found = new double[width + 1];
        double[] ridge = [.. ridges, 0];
        var design = new double[width + 1];
        for (var step = 0; step < MostSteps; step++)
        {
            var equations = new NormalEquations(width + 1);
            for (var row = 0; row < rows; row++)
            {
                fill(row, design);
                design[width] = 1;
                var (sum, weight) = (0.0, weights?[row] ?? 1f);
                for (var i = 0; i <= width; i++)
                    sum += found[i] * design[i];
                var probability = Linear.Sigmoid(sum);
                equations.Add(design, weight * Math.Max(1e-6, probability * (1 - probability)), weight * (targets[row] - probability));
            }
            var change = equations.Solve(ridge, [.. found.Zip(ridge, (one, pull) => one * pull)]);
            // A long step is shortened: rows that can be told apart perfectly would otherwise throw it far away.
            var longest = change.Max(Math.Abs);
            var scale = longest > 5 ? 5 / longest : 1;
            for (var i = 0; i <= width; i++)
                found[i] += scale * change[i];
            if (longest < Enough)
                break;
        }
        return found;
    }

    internal static void Widen(ReadOnlySpan<float> from, Span<double> to)
    {
        for (var i = 0; i < from.Length; i++)
            to[i] = from[i];
    }
}
