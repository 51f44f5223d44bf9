using System.Numerics.Tensors;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift.Tests;

/// <summary>The difference of two shares, such as that of products which the model does not know.</summary>
internal sealed class ShareDifference : IDriftTest
{
    public string Name => "difference of shares";

    public bool Suits(MeasureKind kind, bool isSmall) => kind == MeasureKind.Share;

    public double Distance(ReadOnlySpan<double> window, ReadOnlySpan<double> reference) =>
        Math.Abs((window[0] / TensorPrimitives.Sum(window)) - (reference[0] / TensorPrimitives.Sum(reference)));

    public double Least(DriftThresholds thresholds) => thresholds.Share;
}
