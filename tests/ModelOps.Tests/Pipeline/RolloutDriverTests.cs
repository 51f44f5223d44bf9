using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Rollouts;

namespace ModelOps.Tests.Pipeline;

public sealed class RolloutDriverTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 3, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(VerdictKind.Pass, 9, null)]
    [InlineData(VerdictKind.Pass, 10, "advance")]
    [InlineData(VerdictKind.Wait, 600, null)]
    [InlineData(VerdictKind.Fail, 0, "abort")]
    public void Decide_Canary(VerdictKind verdict, int minutes, string? action) => Assert.Equal(action, Decide(RolloutKind.Canary, [5, 50], verdict, minutes));

    [Theory]
    [InlineData(14, null)]
    [InlineData(15, "advance")]
    public void Decide_AfterAPause_LeavesItOutOfTheStepsTime(int minutes, string? action)
    {
        var rollout = Canary(RolloutKind.Canary, [5, 50]) with { Pauses = [new(Start.AddMinutes(2), Start.AddMinutes(6)), new(Start.AddMinutes(8), Start.AddMinutes(9))] };

        Assert.Equal(action, RolloutDriver.Decide(rollout, new Verdict(VerdictKind.Pass, "", []), false, Start.AddMinutes(minutes)));
    }

    [Theory]
    [InlineData(VerdictKind.Pass, null)]
    [InlineData(VerdictKind.Fail, "abort")]
    public void Decide_Test_EndsOnlyWhenAGuardBreaks(VerdictKind verdict, string? action) => Assert.Equal(action, Decide(RolloutKind.Ab, [], verdict, 6000));

    [Theory]
    [InlineData(VerdictKind.Pass, null)]
    [InlineData(VerdictKind.Fail, "abort")]
    public void Decide_WhilePaused_OnlyGoesBack(VerdictKind verdict, string? action) => Assert.Equal(action, Decide(RolloutKind.Canary, [5, 50], verdict, 60, isPaused: true));

    [Theory]
    [InlineData(VerdictKind.Pass, 0, 9, false, null)]
    [InlineData(VerdictKind.Wait, 0, 9, false, null)]
    [InlineData(VerdictKind.Pass, 0, 10, false, DecisionAction.Advanced)]
    [InlineData(VerdictKind.Pass, 1, 10, false, DecisionAction.Promoted)]
    [InlineData(VerdictKind.Wait, 1, 10, false, DecisionAction.Extended)]
    [InlineData(VerdictKind.Fail, 1, 0, false, DecisionAction.RolledBack)]
    [InlineData(VerdictKind.Pass, 1, 10, true, DecisionAction.Suppressed)]
    [InlineData(VerdictKind.Fail, 1, 10, true, DecisionAction.RolledBack)]
    public void Decision_SaysWhatItSawAndDid(VerdictKind kind, int step, int minutes, bool isPaused, string? action)
    {
        var rollout = Canary(RolloutKind.Canary, [5, 50]) with { Step = step };
        var verdict = new Verdict(kind, "ctr holds.", [new GuardEvidence("challenger", "ctr at least .9 times", true, .05, .04, .06, .045, 1000)]);

        var decision = RolloutDecision.Of(StoreId.Main, rollout, verdict, new AutomationState(isPaused, "sale", "Zoë", Start), Start.AddMinutes(minutes));

        Assert.Equal(action, decision?.Action);
        if (decision is null)
            return;
        Assert.Equal(("rollout", "main", "m"), (decision.Trigger, decision.Store, decision.Model));
        Assert.Contains("ctr holds.", decision.Saw, StringComparison.Ordinal);
        Assert.Equal((.05, .045, 1000), (decision.Numbers["challenger ctr at least .9 times"], decision.Numbers["challenger ctr at least .9 times limit"], decision.Numbers["challenger requests"]));
        Assert.NotEqual("", decision.Otherwise);
        Assert.Equal(action == DecisionAction.Suppressed, decision.Did.Contains("paused by Zoë: sale", StringComparison.Ordinal));
    }

    private static string? Decide(RolloutKind kind, double[] steps, VerdictKind verdict, int minutes, bool isPaused = false) =>
        RolloutDriver.Decide(Canary(kind, steps), new Verdict(verdict, "", []), isPaused, Start.AddMinutes(minutes));

    private static Rollout Canary(RolloutKind kind, double[] steps) =>
        new(Guid.Empty, "m", "champion", kind, RolloutState.Running, 1, [new("champion", 1, 50), new("challenger", 2, 50)], steps, 0, 10, [], Start, Start, null, "", "");
}
