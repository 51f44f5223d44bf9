using System.Numerics.Tensors;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift.Tests;

/// <summary>The largest difference of the two cumulative shares: for numbers in small samples.</summary>
internal sealed class KolmogorovSmirnov : IDriftTest
{
    public string Name => "Kolmogorov-Smirnov";

    public bool Suits(MeasureKind kind, bool isSmall) => kind == MeasureKind.Number && isSmall;

    public double Distance(ReadOnlySpan<double> window, ReadOnlySpan<double> reference)
    {
        var (windowSum, referenceSum) = (TensorPrimitives.Sum(window), TensorPrimitives.Sum(reference));
        double below = 0, most = 0;
        for (var bin = 0; bin < window.Length; bin++)
        {
            below += (window[bin] / windowSum) - (reference[bin] / referenceSum);
            most = Math.Max(most, Math.Abs(below));
        }
        return most;
    }

    public double Least(DriftThresholds thresholds) => thresholds.KolmogorovSmirnov;
}
