using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Tests.Monitor.Alerts;

public sealed class EpisodeTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(5);
    private static readonly AlertRule Rule = new("r", "ctr", TimeSpan.FromMinutes(5), new Threshold(1, null), 0, TimeSpan.FromMinutes(2), Keep, "warning", "default", new Dictionary<string, string>(), new Dictionary<string, string>(), null, null, true, default);

    private readonly AlertRow alert = Episode.Begin("a", Rule, new Dictionary<string, string> { ["model"] = "m" }, Start);

    [Fact]
    public void Holds_AsLongAsTheRuleAsks_Fires()
    {
        Episode.Holds(alert, Rule, Start);
        Episode.Holds(alert, Rule, At(1));
        Assert.Equal(AlertState.Pending, alert.State);

        Episode.Holds(alert, Rule, At(2));
        Assert.Equal((AlertState.Firing, At(2)), (alert.State, alert.FiredAt));
    }

    [Fact]
    public void Pending_ThatIsOver_LeavesNothing() => Assert.False(Episode.IsOver(alert, Keep, At(1)));

    [Fact]
    public void Firing_IsResolved_OnlyAfterACalm()
    {
        Fire(2);

        Assert.True(Episode.IsOver(alert, Keep, At(6)));
        Assert.Equal(AlertState.Firing, alert.State);
        Episode.IsOver(alert, Keep, At(7));
        Assert.Equal((AlertState.Resolved, At(7)), (alert.State, alert.ResolvedAt));
    }

    [Fact]
    public void Flapping_EachReturnDoublesTheCalm_UpToAnHour()
    {
        Fire(2);
        Episode.IsOver(alert, Keep, At(7));
        alert.AcknowledgedAt = At(3);
        Fire(20, begins: 18);
        Assert.Equal((1, null, null), (alert.Returns, alert.ResolvedAt, alert.AcknowledgedAt));

        Episode.IsOver(alert, Keep, At(29));
        Assert.Equal(AlertState.Firing, alert.State);
        Episode.IsOver(alert, Keep, At(30));
        Assert.Equal(AlertState.Resolved, alert.State);

        alert.Returns = 9;
        Fire(44, begins: 42);
        Episode.IsOver(alert, Keep, At(103));
        Assert.Equal(AlertState.Firing, alert.State);
        Episode.IsOver(alert, Keep, At(104));
        Assert.Equal(AlertState.Resolved, alert.State);
    }

    [Fact]
    public void Resolved_ThatNearlyComesBack_StaysAsItWas()
    {
        Fire(2);
        Episode.IsOver(alert, Keep, At(7));
        Episode.Holds(alert, Rule, At(8));
        Assert.Equal(AlertState.Pending, alert.State);

        Assert.True(Episode.IsOver(alert, Keep, At(9)));
        Assert.Equal((AlertState.Resolved, At(7), 0), (alert.State, alert.ResolvedAt, alert.Returns));
    }

    [Fact]
    public void Fingerprint_DoesNotDependOnTheOrderOfLabels_ButOnEachOfThem()
    {
        var one = Episode.Fingerprint("a", "r", new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });

        Assert.Equal(one, Episode.Fingerprint("a", "r", new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" }));
        Assert.NotEqual(one, Episode.Fingerprint("a", "r", new Dictionary<string, string> { ["y"] = "2", ["x"] = "2" }));
        Assert.NotEqual(one, Episode.Fingerprint("b", "r", new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" }));
    }

    private void Fire(double minute, double? begins = null)
    {
        Episode.Holds(alert, Rule, At(begins ?? 0));
        Episode.Holds(alert, Rule, At(minute));
        Assert.Equal(AlertState.Firing, alert.State);
    }

    private static DateTimeOffset At(double minutes) => Start.AddMinutes(minutes);
}
