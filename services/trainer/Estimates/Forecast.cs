using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using ModelOps.Contracts.Runs;

namespace ModelOps.Trainer.Estimates;

/// <summary>Predicts how much something of a size takes: a line through the logarithms of what was measured, so that errors are shares.</summary>
public static class Forecast
{
    /// <summary>Fewer points, or sizes that are less than twice as far apart, do not show a slope: it is assumed.</summary>
    private const int FewestForSlope = 5, FewestForInterval = 3;

    private const double SpreadForSlope = 2;

    /// <summary>Standard deviation of an assumed slope: what is far from all that was measured has a wide interval.</summary>
    private const double DoubtOfSlope = 0.3;

    /// <summary>Four of five lie between its ends.</summary>
    private const double UpperQuantile = 0.9;

    /// <summary>Null where nothing was measured.</summary>
    /// <param name="past">Sizes and what they took, all above 0.</param>
    /// <param name="assumedSlope">While too little was measured: 1 where twice the size takes twice as much, 0 where it does not matter.</param>
    public static Expected? Of(IReadOnlyList<(double Size, double Taken)> past, double size, double assumedSlope)
    {
        ArgumentNullException.ThrowIfNull(past);
        if (past.Count == 0)
            return null;
        double[] sizes = [.. past.Select(one => Math.Log(one.Size))];
        double[] taken = [.. past.Select(one => Math.Log(one.Taken))];
        var isFitted = past.Count >= FewestForSlope && sizes.Max() - sizes.Min() >= Math.Log(SpreadForSlope);
        var slope = isFitted ? Fit.Line(sizes, taken).Item2 : assumedSlope;
        var (centre, level) = (sizes.Mean(), taken.Mean());
        var away = Math.Log(size) - centre;
        var expected = level + slope * away;
        var freedom = past.Count - (isFitted ? 2 : 1);
        if (past.Count < FewestForInterval)
            return new Expected(Math.Exp(expected), null, null);
        var residual = sizes.Zip(taken, (x, y) => Math.Pow(y - level - slope * (x - centre), 2)).Sum() / freedom;
        var doubt = isFitted ? residual / sizes.Sum(x => Math.Pow(x - centre, 2)) : DoubtOfSlope * DoubtOfSlope;
        var half = StudentT.InvCDF(0, 1, freedom, UpperQuantile) * Math.Sqrt(residual * (1 + 1.0 / past.Count) + doubt * away * away);
        return new Expected(Math.Exp(expected), Math.Exp(expected - half), Math.Exp(expected + half));
    }
}
