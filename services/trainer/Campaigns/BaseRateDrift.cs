namespace ModelOps.Trainer.Campaigns;

/// <summary>Whether the outcome became more or less frequent over the training's time: probabilities that were learned are then off later, whatever their order.</summary>
/// <param name="Earlier">Mean outcome of the first four fifths.</param>
/// <param name="Later">Mean outcome of the last fifth.</param>
/// <param name="Deviations">The difference in its standard errors (Welch).</param>
/// <param name="HasDrifted">More than three of them.</param>
public sealed record BaseRateDrift(double Earlier, double Later, double Deviations, bool HasDrifted)
{
    private const double Many = 3;

    /// <param name="outcomes">In the order of time.</param>
    /// <returns>Null where rows have no order, or are too few to say.</returns>
    public static BaseRateDrift? Of(float[] outcomes, bool isOrdered)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var cut = outcomes.Length * 4 / 5;
        if (!isOrdered || outcomes.Length - cut < 2)
            return null;
        var (earlier, later) = (Moments(outcomes.AsSpan(0, cut)), Moments(outcomes.AsSpan(cut)));
        var deviation = Math.Sqrt(earlier.MeanVariance + later.MeanVariance);
        var deviations = deviation == 0 ? 0 : (later.Mean - earlier.Mean) / deviation;
        return new BaseRateDrift(earlier.Mean, later.Mean, deviations, Math.Abs(deviations) > Many);
    }

    private static (double Mean, double MeanVariance) Moments(ReadOnlySpan<float> values)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var value in values)
            (sum, squares) = (sum + value, squares + (double)value * value);
        var mean = sum / values.Length;
        return (mean, (squares / values.Length - mean * mean) / values.Length);
    }
}
