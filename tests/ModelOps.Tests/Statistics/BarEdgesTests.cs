using ModelOps.DataPrep.Statistics;

namespace ModelOps.Tests.Statistics;

public sealed class BarEdgesTests
{
    private const double Day = 86_400;

    [Theory]
    [InlineData(.031, .1104, "number", false, .005, 17)]
    [InlineData(.99, 95.5, "number", false, 5, 20)]
    [InlineData(-1234.5, 80000, "number", false, 5000, 18)]
    [InlineData(1.02e-9, 2.03e-9, "number", false, 5e-11, 21)]
    [InlineData(1, 6, "number", true, 1, 6)]
    [InlineData(-12, 40, "number", true, 5, 12)]
    [InlineData(1, 4800, "number", true, 500, 10)]
    [InlineData(0, Day - 1, "time", false, 3600, 24)]
    [InlineData(0, 30 * Day, "time", false, Day, 31)]
    [InlineData(0, 365 * Day, "time", false, 14 * Day, 27)]
    [InlineData(0, 60 * 364 * Day, "time", false, 2 * 364 * Day, 31)]
    public void Of_ARange_GivesFewBarsOfARoundWidth(double from, double to, string kind, bool isWhole, double width, int bars)
    {
        var edges = BarEdges.Of(from, to, kind, isWhole);

        Assert.Equal(bars, edges.Count - 1);
        Assert.All(edges.Zip(edges.Skip(1)), bar => Assert.Equal(width, bar.Second - bar.First, width * 1e-6));
        Assert.InRange(from, edges[0], edges[1]);
        Assert.True(edges[^2] <= to && to < edges[^1]);
    }

    [Fact]
    public void Of_ManyRanges_HoldsThem()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var from = (random.NextDouble() - .5) * Math.Pow(10, random.Next(-8, 12));
            var to = from + random.NextDouble() * Math.Pow(10, random.Next(-8, 12));
            if (to <= from)
                continue;
            var edges = BarEdges.Of(from, to, "number", isWhole: false);
            Assert.InRange(edges.Count - 1, 1, 24);
            Assert.True(edges[0] <= from + (edges[1] - edges[0]) * 1e-6 && to <= edges[^1], $"{from:R} to {to:R}: {edges[0]:R} to {edges[^1]:R}");
        }
    }
}
