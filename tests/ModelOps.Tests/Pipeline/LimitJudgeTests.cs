using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Tests.Pipeline;

public sealed class LimitJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LimitsDefinition Limits = new() { RunsPerWeek = 2, TrainingMinutes = new TrainingMinutesDefinition { Day = 60, Week = 100 } };
    private static readonly LimitEvidence Quiet = new(new AutomationState(false, null, null, null), 0, null, null, [], 0, 0, 10);

    [Fact]
    public void Judge_NothingInTheWay_IsNull() => Assert.Null(LimitJudge.Judge(Limits, Quiet, Now));

    [Theory]
    [InlineData(true, 23, "cool_down")]
    [InlineData(true, 24, null)]
    [InlineData(false, 5, "cool_down")]
    [InlineData(false, 6, null)]
    public void Judge_CoolDown_IsLongerAfterSuccess(bool succeeded, int hours, string? by)
    {
        var suppression = LimitJudge.Judge(Limits, Quiet with { LastEnded = new EndedRun(Guid.Empty, succeeded, Now.AddHours(-hours)) }, Now);

        Assert.Equal(by, suppression?.By);
    }

    [Fact]
    public void Judge_SaysWhatItSawAndWhatItWouldTake()
    {
        var suppression = LimitJudge.Judge(Limits, Quiet with { LastEnded = new EndedRun(Guid.Empty, true, Now.AddHours(-3)) }, Now)!;

        Assert.Equal("The model's last run succeeded 3h ago; limits.cool_down.success is 24h.", suppression.Reason);
        Assert.Equal("The cool-down's end at 2026-11-02 09:00 UTC, or a shorter limits.cool_down.success.", suppression.Otherwise);
    }

    [Fact]
    public void Judge_Pause_ComesFirst_AndNamesThePerson()
    {
        var suppression = LimitJudge.Judge(Limits, Quiet with { Switch = new AutomationState(true, "sale", "Zoë", Now), UnderWayCount = 9 }, Now)!;

        Assert.Equal(("pause", "Automation is paused by Zoë: sale"), (suppression.By, suppression.Reason));
    }

    [Theory]
    [InlineData(1, 0, 0.0, 0.0, 10.0, "concurrency")]
    [InlineData(0, 2, 0.0, 0.0, 10.0, "runs_per_week")]
    [InlineData(0, 0, 51.0, 51.0, 10.0, "training_minutes.day")]
    [InlineData(0, 0, 0.0, 91.0, 10.0, "training_minutes.week")]
    [InlineData(0, 0, 50.0, 90.0, 10.0, null)]
    [InlineData(0, 0, 59.0, 59.0, null, null)]
    [InlineData(0, 0, 60.0, 60.0, null, "training_minutes.day")]
    public void Judge_EachLimit(int underWay, int automatic, double today, double week, double? expected, string? by)
    {
        var evidence = Quiet with
        {
            UnderWayCount = underWay,
            AutomaticThisWeek = [.. Enumerable.Range(0, automatic).Select(day => Now.AddDays(day - 6))],
            MinutesToday = today,
            MinutesThisWeek = week,
            ExpectedMinutes = expected,
        };

        Assert.Equal(by, LimitJudge.Judge(Limits, evidence, Now)?.By);
    }
}
