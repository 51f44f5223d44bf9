using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Tests.Monitor.Alerts;

public sealed class ConditionTests
{
    [Theory]
    [InlineData(.06, true, "0.06 is above 0.05")]
    [InlineData(.05, false, "0.05 is within its limits")]
    [InlineData(.005, true, "0.005 is below 0.01")]
    public void Threshold_HoldsBeyondItsLimits(double value, bool holds, string reason) => Assert.Equal(new Finding(holds, reason), new Threshold(.05, .01).Judge(value, []));

    [Theory]
    [InlineData(.05, true)]
    [InlineData(.15, false)] // unusual, but not in the direction that is watched
    [InlineData(.10, false)]
    public void Anomaly_HoldsFarFromTheMedian_InItsDirection(double value, bool holds) =>
        Assert.Equal(holds, new Anomaly(4, 7, Anomaly.Below).Judge(value, [.099, .101, .1, .098, .102, .1, .1]).Holds);

    [Fact]
    public void Anomaly_IsNotMovedByOneBadDay()
    {
        var usual = new Anomaly(4, 7, Anomaly.Both).Judge(.08, [.099, .101, .1, .098, .102, .1, .1]);
        var withOutage = new Anomaly(4, 7, Anomaly.Both).Judge(.08, [.099, .101, .1, .098, .102, .1, 0]);

        Assert.True(usual.Holds && withOutage.Holds);
        Assert.Equal((.08 - .1) / (1.4826 * .001), withOutage.Deviations!.Value, .5 / .001 * .01);
    }

    [Fact]
    public void Anomaly_DaysAlmostAlike_ATinyChangeIsNone() => Assert.False(new Anomaly(4, 7, Anomaly.Both).Judge(.1001, [.1, .1, .1, .1]).Holds);

    [Fact]
    public void Anomaly_TooFewDays_SaysNothing() => Assert.Equal((false, null), (new Anomaly(4, 7, Anomaly.Both).Judge(0, [.1, .1]).Holds, new Anomaly(4, 7, Anomaly.Both).Judge(0, [.1, .1]).Deviations));
}
