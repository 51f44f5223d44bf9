using System.Numerics.Tensors;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift.Tests;

/// <summary>Pearson's χ² of the window against the reference's shares, as Cohen's w = √(χ² / n), which does not grow with the window: for values in small samples.</summary>
internal sealed class ChiSquared : IDriftTest
{
    /// <summary>Shoppers that each bin of the reference is given, so that one without any divides by something.</summary>
    private const double Added = .5;

    public string Name => "χ² (Cohen's w)";

    public bool Suits(MeasureKind kind, bool isSmall) => kind is MeasureKind.Few or MeasureKind.Many && isSmall;

    public double Distance(ReadOnlySpan<double> window, ReadOnlySpan<double> reference)
    {
        var (windowSum, referenceSum) = (TensorPrimitives.Sum(window), TensorPrimitives.Sum(reference) + (Added * reference.Length));
        double sum = 0;
        for (var bin = 0; bin < window.Length; bin++)
        {
            var (share, expected) = (window[bin] / windowSum, (reference[bin] + Added) / referenceSum);
            sum += (share - expected) * (share - expected) / expected;
        }
        return Math.Sqrt(sum);
    }

    public double Least(DriftThresholds thresholds) => thresholds.ChiSquared;
}
