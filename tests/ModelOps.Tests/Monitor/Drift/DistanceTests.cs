using ModelOps.Monitor.Drift.Profiles;
using ModelOps.Monitor.Drift.Tests;

namespace ModelOps.Tests.Monitor.Drift;

public sealed class DistanceTests
{
    public static TheoryData<string, double> Kinds => new(from kind in Enum.GetNames<MeasureKind>() from shoppers in new[] { 1000.0, 1001 } select (kind, shoppers));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Distance_OfTheSame_IsNothing_AndGrowsWithTheShift(string kind, double shoppers)
    {
        var test = TestList.For(Enum.Parse<MeasureKind>(kind), shoppers);
        double[] reference = [3000, 1000];

        Assert.Equal(0, test.Distance([750_000, 250_000], reference), 1e-3);
        Assert.True(test.Distance([600, 400], reference) > test.Distance([700, 300], reference));
        Assert.True(test.Distance([700, 300], reference) > .01, test.Name);
    }

    [Fact]
    public void Distance_AsByHand()
    {
        Assert.Equal(.25, new KolmogorovSmirnov().Distance([0, 50, 50, 0], [50, 50, 50, 50]), 1e-12); // .25, .5, .75, 1 against 0, .5, 1, 1
        Assert.Equal(.25, new ShareDifference().Distance([50, 50], [25, 75]), 1e-12);
        Assert.Equal(1, new JensenShannon().Distance([10, 0], [0, 10]), 1e-12); // nothing in common is one bit
        Assert.Equal(Math.Log(3) / 2, new PopulationStability().Distance([3e9, 1e9], [1e9, 1e9]) * 2, 1e-6); // (.25 ln 1.5) + (-.25 ln .5)
        Assert.Equal(.5, new ChiSquared().Distance([3, 1], [1e9, 1e9]), 1e-6); // √(2 · .25² / .5)
        double[] reference = new double[60], later = new double[60];
        (reference[10], reference[20], later[15], later[25]) = (1, 1, 1, 1);
        Assert.Equal(1, new Wasserstein().Distance(later, reference), 1e-12); // five bins, where the deviation is five
    }

    [Theory]
    [InlineData(0)]
    [InlineData(.01)]
    [InlineData(1)]
    [InlineData(19.99)]
    [InlineData(250_000)]
    public void LogBins_HoldTheirNumbers(double value)
    {
        var bin = LogBins.Of(value);

        Assert.InRange(value, LogBins.From(bin) - 1e-9, LogBins.From(bin + 1));
        Assert.Equal(bin, LogBins.Of(value * 1.0001));
    }
}
