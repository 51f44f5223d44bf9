using System.Numerics.Tensors;

namespace ModelOps.Trainer.Evaluation;

/// <param name="Low">2.5 % of the resampled means are below.</param>
/// <param name="High">2.5 % are above.</param>
public readonly record struct Interval(double Low, double High);

/// <summary>
/// Efron's percentile bootstrap: how far a mean over these cases would move with other cases of the same kind. All series are
/// resampled alike, so the interval of a difference by case is a paired one. The same seed gives the same intervals.
/// </summary>
public static class Bootstrap
{
    private const int Resamples = 1000;
    private const double Tail = 0.025;

    /// <summary>The 95 % intervals of the means of <paramref name="series"/>, each with a value a case.</summary>
    public static Interval[] Of(IReadOnlyList<double[]> series, int seed)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Count == 0)
            return [];
        var cases = series[0].Length;
        var means = series.Select(_ => new double[Resamples]).ToArray();
        Parallel.For(0, Resamples, () => new double[cases], (resample, _, drawn) =>
        {
            // How often each case is drawn: a resampled mean is then one product of vectors.
            Array.Clear(drawn);
            var random = new Random(unchecked(seed * 1_000_003 + resample));
            for (var i = 0; i < cases; i++)
                drawn[random.Next(cases)]++;
            for (var s = 0; s < means.Length; s++)
                means[s][resample] = TensorPrimitives.Dot(drawn, series[s]) / cases;
            return drawn;
        }, _ => { });
        return Array.ConvertAll(means, IntervalOf);
    }

    private static Interval IntervalOf(double[] means)
    {
        Array.Sort(means);
        return new Interval(Quantile(means, Tail), Quantile(means, 1 - Tail));
    }

    /// <summary>Between the two nearest, in proportion.</summary>
    private static double Quantile(double[] ascending, double share)
    {
        var at = share * (ascending.Length - 1);
        var below = (int)at;
        return ascending[below] + (at - below) * (ascending[Math.Min(below + 1, ascending.Length - 1)] - ascending[below]);
    }
}
