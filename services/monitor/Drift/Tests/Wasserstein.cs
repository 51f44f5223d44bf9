using System.Numerics.Tensors;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift.Tests;

/// <summary>How far, on a logarithmic scale, values have to be moved on average to make one distribution of the other, in standard deviations of the reference: for numbers in large samples.</summary>
internal sealed class Wasserstein : IDriftTest
{
    public string Name => "Wasserstein";

    public bool Suits(MeasureKind kind, bool isSmall) => kind == MeasureKind.Number && !isSmall;

    public double Distance(ReadOnlySpan<double> window, ReadOnlySpan<double> reference)
    {
        var (windowSum, referenceSum) = (TensorPrimitives.Sum(window), TensorPrimitives.Sum(reference));
        double below = 0, moved = 0, mean = 0, square = 0;
        for (var bin = 0; bin < window.Length; bin++)
        {
            var share = reference[bin] / referenceSum;
            below += (window[bin] / windowSum) - share;
            moved += Math.Abs(below);
            mean += share * bin;
            square += share * bin * bin;
        }
        return moved / Math.Max(1, Math.Sqrt(Math.Max(0, square - (mean * mean)))); // in bins, both
    }

    public double Least(DriftThresholds thresholds) => thresholds.Wasserstein;
}
