using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift.Tests;

/// <summary>A measure of how far two distributions are apart. A test is a file, and a line in <see cref="TestList"/>.</summary>
internal interface IDriftTest
{
    /// <summary>As people know it.</summary>
    string Name { get; }

    bool Suits(MeasureKind kind, bool isSmall);

    /// <summary>0 for the same.</summary>
    /// <param name="window">Shoppers by bin. Bins of numbers are those of <see cref="LogBins"/>, in their order.</param>
    /// <param name="reference">The same of the reference; both have shoppers.</param>
    double Distance(ReadOnlySpan<double> window, ReadOnlySpan<double> reference);

    /// <summary>A distance below this is no drift, however certain.</summary>
    double Least(DriftThresholds thresholds);
}
