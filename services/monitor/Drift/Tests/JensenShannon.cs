using System.Numerics.Tensors;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift.Tests;

/// <summary>The Jensen-Shannon distance, the root of the divergence in bits: from 0 to 1, for values of which there are many.</summary>
internal sealed class JensenShannon : IDriftTest
{
    public string Name => "Jensen-Shannon";

    public bool Suits(MeasureKind kind, bool isSmall) => kind == MeasureKind.Many && !isSmall;

    public double Distance(ReadOnlySpan<double> window, ReadOnlySpan<double> reference)
    {
        var (windowSum, referenceSum) = (TensorPrimitives.Sum(window), TensorPrimitives.Sum(reference));
        double sum = 0;
        for (var bin = 0; bin < window.Length; bin++)
        {
            var (one, other) = (window[bin] / windowSum, reference[bin] / referenceSum);
            var middle = (one + other) / 2;
            sum += Information(one, middle) + Information(other, middle);
        }
        return Math.Sqrt(Math.Max(0, sum / 2));
    }

    private static double Information(double share, double of) => share <= 0 ? 0 : share * Math.Log2(share / of);

    public double Least(DriftThresholds thresholds) => thresholds.JensenShannon;
}
