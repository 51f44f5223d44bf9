using CsCheck;
using ModelOps.Trainer.Evaluation;

namespace ModelOps.Trainer.Tests.Evaluation;

public class BootstrapTests
{
    [Fact]
    public void Of_ManyCases_IsTheNormalIntervalOfTheMean()
    {
        // 400 cases, a quarter 1, the rest 0: the mean's deviation is √(.25·.75/400) = .02165.
        double[] values = [.. Enumerable.Range(0, 400).Select(i => i % 4 == 0 ? 1.0 : 0)];
        var interval = Assert.Single(Bootstrap.Of([values], seed: 1));
        Assert.Equal(0.25 - 1.96 * 0.02165, interval.Low, 0.005);
        Assert.Equal(0.25 + 1.96 * 0.02165, interval.High, 0.005);
    }

    [Fact]
    public void Of_CasesThatAreAlike_HasNoWidth() =>
        Assert.Equal(new Interval(0.5, 0.5), Assert.Single(Bootstrap.Of([[0.5, 0.5, 0.5, 0.5]], seed: 3)));

    /// <summary>Two rankings that vary widely from shopper to shopper, but one is always a little better: paired, the lead is certain.</summary>
    [Fact]
    public void Of_DifferenceByCase_IsNarrowerThanEither()
    {
        var random = new Random(5);
        double[] one = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())];
        double[] two = [.. one.Select(value => value + 0.01)];
        var intervals = Bootstrap.Of([one, two, [.. two.Zip(one, (a, b) => a - b)]], seed: 1);
        Assert.True(intervals[0].High > intervals[1].Low);
        Assert.InRange(intervals[2].Low, 0.0099, 0.0101);
        Assert.InRange(intervals[2].High, 0.0099, 0.0101);
    }

    [Fact]
    public void Of_AnyValues_RepeatsWithItsSeedAndStaysAmongThem() =>
        Gen.Select(Gen.Double[-1, 1].Array[1, 50], Gen.Int[0, int.MaxValue]).Sample((values, seed) =>
        {
            var interval = Bootstrap.Of([values], seed)[0];
            Assert.Equal(interval, Bootstrap.Of([values], seed)[0]);
            Assert.InRange(interval.Low, values.Min() - 1e-12, interval.High);
            Assert.InRange(interval.High, interval.Low, values.Max() + 1e-12);
        }, iter: 50);
}
