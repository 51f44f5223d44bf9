namespace ModelOps.Monitor.Quality;

/// <summary>Latencies in buckets that widen by a quarter, from 10 µs to about a minute: a quantile is exact to 12 %, and windows add up.</summary>
internal static class LatencyHistogram
{
    private const double Smallest = 1e-5; // seconds
    private const double Growth = 1.25;
    private const int Buckets = 72;

    public static long[] Empty() => new long[Buckets];

    public static int BucketOf(double seconds) =>
        seconds <= Smallest ? 0 : (int)Math.Min(Buckets - 1, Math.Ceiling(Math.Log(seconds / Smallest, Growth)));

    /// <summary>The latency in seconds below which the share <paramref name="q"/> of answers lies; 0 without answers.</summary>
    public static double Quantile(IReadOnlyList<long> counts, double q)
    {
        var rank = q * counts.Sum();
        if (rank <= 0)
            return 0;
        long below = 0;
        for (var bucket = 0; bucket < counts.Count; bucket++)
        {
            below += counts[bucket];
            if (below >= rank)
                return Smallest * Math.Pow(Growth, bucket - .5); // the bucket's geometric middle
        }
        return Smallest * Math.Pow(Growth, counts.Count - 1);
    }
}
