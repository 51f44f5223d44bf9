using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift.Tests;

/// <summary>Every test; one suits each kind of measure and size.</summary>
internal static class TestList
{
    /// <summary>Shoppers up to which a window is small.</summary>
    public const int Small = 1000;

    private static readonly IDriftTest[] All = [new KolmogorovSmirnov(), new ChiSquared(), new Wasserstein(), new JensenShannon(), new PopulationStability(), new ShareDifference()];

    public static IDriftTest For(MeasureKind kind, double shoppers) => All.Single(test => test.Suits(kind, shoppers <= Small));
}
