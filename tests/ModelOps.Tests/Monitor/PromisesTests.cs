using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Versions;
using ModelOps.Monitor.Quality;
using ModelOps.Monitor.Verdicts;

namespace ModelOps.Tests.Monitor;

public sealed class PromisesTests
{
    private static readonly Estimate Gain = new(.01, .005, .015);

    [Theory]
    [InlineData(.001, .02, PromiseOutcome.Arrived)]
    [InlineData(-.01, .02, PromiseOutcome.CannotTellYet)]
    [InlineData(-.02, -.001, PromiseOutcome.NotArrived)]
    public void OutcomeOf_HoldsTheIntervalAgainstZero(double low, double high, PromiseOutcome outcome) =>
        Assert.Equal(outcome, Promises.OutcomeOf(Gain, new Estimate((low + high) / 2, low, high)));

    [Fact]
    public void OutcomeOf_WithoutAPromiseOrFigures()
    {
        Assert.Equal(PromiseOutcome.NothingPromised, Promises.OutcomeOf(new Estimate(-.01, -.02, 0), Gain));
        Assert.Equal(PromiseOutcome.NothingPromised, Promises.OutcomeOf(null, Gain));
        Assert.Equal(PromiseOutcome.CannotTellYet, Promises.OutcomeOf(Gain, null));
        Assert.Equal(PromiseOutcome.CannotTellYet, Promises.OutcomeOf(Gain, new Estimate(.1, null, null)));
    }

    [Fact]
    public void OfflineGain_TakesBothUncertainties()
    {
        var gain = Promises.OfflineGain(Measured(2, .12, .09, .15), Measured(1, .10, .06, .14), "ndcg@10")!;

        Assert.Equal(.02, gain.Value, 1e-12);
        Assert.Equal((-.03, .07), (Math.Round(gain.Low!.Value, 12), Math.Round(gain.High!.Value, 12))); // √(.03² + .04²)
        Assert.Null(Promises.OfflineGain(Measured(2, .12, .09, .15), Measured(1, .10, .06, .14), "recall@10"));
    }

    [Fact]
    public void Difference_OfTwoGroups_AddsTheirVariances()
    {
        var (before, after) = (UserSums.Of(Enumerable.Range(0, 1000).Select(shopper => (10.0, shopper % 10 < 5 ? 1.0 : 0))), UserSums.Of(Enumerable.Range(0, 1000).Select(shopper => (10.0, shopper % 10 < 6 ? 1.0 : 0))));
        var difference = Interval.Difference(after, before)!;

        Assert.Equal(.01, difference.Value, 1e-12);
        var half = 1.959964 * Math.Sqrt(((.25 / 100) + (.24 / 100)) / 999);
        Assert.Equal((difference.Value - half, difference.Value + half), (difference.Low!.Value, difference.High!.Value));
    }

    private static ModelVersion Measured(int version, double value, double low, double high) => new(
        "m", version, VersionStatus.Ready, new Dictionary<string, double> { ["ndcg@10"] = value, ["ndcg@10.low"] = low, ["ndcg@10.high"] = high }, new Dictionary<string, string>(), null, null, default, null);
}
