using ModelOps.Trainer.Estimates;

namespace ModelOps.Trainer.Tests.Estimates;

public class ForecastTests
{
    [Fact]
    public void Of_NothingMeasured_IsUnknown() => Assert.Null(Forecast.Of([], 5, 1));

    [Fact]
    public void Of_OneMeasured_GrowsAsAssumed_WithoutAnInterval()
    {
        var expected = Forecast.Of([(100, 30)], 200, assumedSlope: 1)!;
        Assert.Equal(60, expected.Value, 1e-9);
        Assert.Equal((null, null), (expected.Low, expected.High));
        Assert.Equal(30, Forecast.Of([(100, 30)], 200, assumedSlope: 0)!.Value, 1e-9);
    }

    [Fact]
    public void Of_APowerOfTheSize_IsFound()
    {
        (double, double)[] past = [.. new[] { 10.0, 20, 50, 100, 400, 900 }.Select(size => (size, 3 * Math.Sqrt(size)))];
        var expected = Forecast.Of(past, 2500, assumedSlope: 1)!;
        Assert.Equal(150, expected.Value, 1e-6);
        Assert.Equal(150, expected.High!.Value, 1e-3); // nothing was off the line
    }

    [Fact]
    public void Of_SizesAlike_TakesTheAssumedSlope() =>
        Assert.Equal(20, Forecast.Of([(10, 10), (10.1, 10.1), (9.9, 9.9), (10, 10), (10, 10)], 20, assumedSlope: 1)!.Value, 0.01);

    [Theory]
    [InlineData(4)] // assumed slope, which is right
    [InlineData(8)] // fitted slope
    [InlineData(40)]
    public void Of_NoisyRuns_FourOfFiveLieInTheInterval(int runs)
    {
        var random = new Random(runs);
        const int Tries = 2000;
        var within = 0;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            (double, double Taken)[] past = [.. Enumerable.Range(0, runs).Select(_ => Run(Size()))];
            var (size, taken) = Run(Size());
            var expected = Forecast.Of(past, size, assumedSlope: 1)!;
            within += taken >= expected.Low && taken <= expected.High ? 1 : 0;
        }
        Assert.InRange((double)within / Tries, 0.76, 0.93); // wider than asked for while the slope is only assumed

        double Size() => 100 * Math.Exp(2 * random.NextDouble());

        (double Size, double Taken) Run(double size)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            return (size, 0.05 * size * Math.Exp(0.3 * normal));
        }
    }

    [Fact]
    public void Of_FarFromAllThatWasMeasured_IsLessSure()
    {
        (double, double)[] past = [(100, 10), (110, 12), (120, 11)];
        double Width(double size) => Forecast.Of(past, size, 1) is { Low: { } low, High: { } high } ? high / low : 0;
        Assert.True(Width(10_000) > 2 * Width(110));
    }
}
