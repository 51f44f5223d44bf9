namespace ModelOps.Monitor.Verdicts;

/// <summary>
/// Bounds of a mean that hold at every look at once, so that a rollout may be judged every few seconds. The asymptotic
/// confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory" (2021), equation 8.
/// </summary>
internal static class ConfidenceSequence
{
    /// <summary>Of how many observations the bounds are about tightest.</summary>
    private const double TightestAt = 1000;

    /// <param name="variance">Of one observation.</param>
    /// <param name="alpha">The probability that the mean ever leaves the bounds.</param>
    public static double HalfWidth(double variance, double observations, double alpha)
    {
        if (observations <= 0)
            return double.PositiveInfinity;
        var rho2 = (-2 * Math.Log(alpha) + Math.Log(-2 * Math.Log(alpha) + 1)) / TightestAt;
        var scaled = observations * rho2 + 1;
        return Math.Sqrt(variance * 2 * scaled / (observations * observations * rho2) * Math.Log(Math.Sqrt(scaled) / alpha));
    }
}
