using ModelOps.Bench.Verdicts;

namespace ModelOps.Tests.Monitor;

/// <summary>A small part of <c>bench/verdicts</c>, with the default guards. The seeds are fixed: these are numbers, not chances.</summary>
public sealed class SimulatedRolloutTests
{
    [Theory]
    [InlineData(.1, 1_500, 10, 10)] // random scores
    [InlineData(.8, 60_000, 3, 3)] // a fifth worse
    [InlineData(1, 10_000, 10, 0)] // as good
    public void RolledBackAfter_IsSoonForTheBad_AndNeverForTheGood(double times, long impressions, int seeds, int rolledBack) =>
        Assert.Equal(rolledBack, Enumerable.Range(1, seeds).Count(seed => new SimulatedRollout(.05, times, .05).RolledBackAfter(seed, impressions) is not null));
}
