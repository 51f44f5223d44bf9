using System.Numerics.Tensors;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift.Tests;

/// <summary>The population stability index, Σ (p − q) ln (p / q): for a handful of values in large samples.</summary>
internal sealed class PopulationStability : IDriftTest
{
    /// <summary>Shoppers that each bin of both is given, since the logarithm of nothing is none.</summary>
    private const double Added = .5;

    public string Name => "PSI";

    public bool Suits(MeasureKind kind, bool isSmall) => kind == MeasureKind.Few && !isSmall;

    public double Distance(ReadOnlySpan<double> window, ReadOnlySpan<double> reference)
    {
        var (windowSum, referenceSum) = (TensorPrimitives.Sum(window) + (Added * window.Length), TensorPrimitives.Sum(reference) + (Added * reference.Length));
        double sum = 0;
        for (var bin = 0; bin < window.Length; bin++)
        {
            var (share, expected) = ((window[bin] + Added) / windowSum, (reference[bin] + Added) / referenceSum);
            sum += (share - expected) * Math.Log(share / expected);
        }
        return sum;
    }

    public double Least(DriftThresholds thresholds) => thresholds.PopulationStability;
}
