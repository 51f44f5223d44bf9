namespace ModelOps.Monitor.Verdicts;

/// <summary>
/// Whether a share of answers is beyond a limit, known after very few answers where it is far beyond. An e-process: a bet against
/// the limit, divided among shares beyond it, whose gain exceeds 1/α with probability at most α if the limit holds, however often one
/// looks (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024; Ville's inequality).
/// </summary>
internal static class FailureTest
{
    private static readonly double[] Times = [1.25, 1.5, 2, 3, 5, 10, 20, 50];

    /// <param name="limit">At most this share, above 0 and below 1.</param>
    /// <returns>The logarithm of the bet's gain; the limit is refuted at α once it is above −ln α.</returns>
    public static double LogGain(double hits, double answers, double limit)
    {
        double[] beyond = [.. Times.Select(times => limit * times).Where(share => share < .5), limit + (.5 * (1 - limit)), limit + (.95 * (1 - limit))];
        var gains = beyond.Select(share => (hits * Math.Log(share / limit)) + ((answers - hits) * Math.Log((1 - share) / (1 - limit)))).ToList();
        var most = gains.Max();
        return most + Math.Log(gains.Average(gain => Math.Exp(gain - most)));
    }
}
