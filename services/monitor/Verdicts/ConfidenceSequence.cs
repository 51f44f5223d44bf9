namespace ModelOps.Monitor.Verdicts;

/// <summary>
/// A bound of a mean that holds at every look at once, so that a rollout may be judged every few seconds: the one-sided normal
/// mixture of Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences" (2021),
/// equation 14, with the variance estimated as Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory
/// and asymptotic confidence sequences" (2024), allow. Betting bounds, which are exact for bounded means, need the champion's rate to
/// be known; here both arms' rates are estimated, and a shopper's clicks have no useful bound.
/// </summary>
internal static class ConfidenceSequence
{
    /// <summary>Of how many observations the bound is about tightest: early enough for what is grossly wrong.</summary>
    private const double TightestAt = 5000;

    /// <param name="variance">Of one observation.</param>
    /// <param name="alpha">The probability that the mean ever lies beyond the bound, on the side that is looked at.</param>
    /// <returns>How far below or above its estimate the mean may lie.</returns>
    public static double Margin(double variance, double observations, double alpha)
    {
        if (observations <= 0)
            return double.PositiveInfinity;
        var mixing = TightestAt / ((-2 * Math.Log(alpha)) + Math.Log((-2 * Math.Log(alpha)) + 1)); // ρ, in observations
        var time = observations + mixing;
        return Math.Sqrt(variance * 2 * time * Math.Log(1 + (Math.Sqrt(time / mixing) / (2 * alpha)))) / observations;
    }
}
