using CsCheck;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.Monitor;

public sealed class LatencyHistogramTests
{
    private static readonly Gen<double> Seconds = Gen.Double[-11, 3].Select(Math.Exp);

    [Fact]
    public void Quantile_IsWithinABucketOfTheExactOne() => Seconds.Array[1, 300].Select(Gen.Double[.01, .99]).Sample((seconds, q) =>
    {
        var counts = LatencyHistogram.Empty();
        foreach (var value in seconds)
            counts[LatencyHistogram.BucketOf(value)]++;
        var exact = seconds.Order().ElementAt((int)Math.Ceiling(q * seconds.Length) - 1);
        var ratio = LatencyHistogram.Quantile(counts, q) / Math.Max(exact, 1e-5);
        return ratio is > .79 and < 1.27;
    });

    [Fact]
    public void Quantile_WithoutAnswers_IsZero() => Assert.Equal(0, LatencyHistogram.Quantile(LatencyHistogram.Empty(), .5));
}
