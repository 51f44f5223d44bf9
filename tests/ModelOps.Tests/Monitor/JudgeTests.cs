using CsCheck;
using ModelOps.Contracts.Deployments;
using ModelOps.Monitor.Quality;
using ModelOps.Monitor.Verdicts;

namespace ModelOps.Tests.Monitor;

public sealed class JudgeTests
{
    private const long Fewest = 100;
    private static readonly Guard Errors = new(GuardMetric.ErrorRate, AtMost: .01);
    private static readonly Guard Clicks = new(GuardMetric.ClickRate, AtLeastTimes: .9);

    [Fact]
    public void Of_NoTraffic_IsNoVerdict() => Assert.Equal(VerdictKind.Wait, Of([Errors, Clicks], Arm(0), Arm(100_000)).Kind);

    [Fact]
    public void Of_AllHolds_Passes() => Assert.Equal(VerdictKind.Pass, Of([Errors, Clicks], Arm(1000, clicks: 500), Arm(1000, clicks: 500)).Kind);

    [Fact]
    public void Of_EveryAnswerFails_IsSeenWithinAFew()
    {
        var verdict = Of([Errors], Arm(20, failures: 20), Arm(1000));

        Assert.Equal(VerdictKind.Fail, verdict.Kind);
        Assert.Contains("error_rate at most 0.01: 1 against 0.01 over 20 answers", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OneFailureAmongFew_IsNoProof() => Assert.NotEqual(VerdictKind.Fail, Of([Errors], Arm(30, failures: 1), Arm(1000)).Kind);

    [Fact]
    public void Of_NobodyClicks_IsRefused_OnceThatIsCertain()
    {
        Assert.Equal(VerdictKind.Wait, Of([Clicks], Arm(5), Arm(2000, clicks: 1000)).Kind);
        Assert.Equal(VerdictKind.Fail, Of([Clicks], Arm(1500), Arm(28_500, clicks: 14_250)).Kind);
    }

    [Fact]
    public void Of_Slower_IsHeldAgainstTheChampion()
    {
        var guard = new Guard(GuardMetric.LatencyP99, AtMostTimes: 3);

        Assert.Equal(VerdictKind.Pass, Of([guard], Arm(1000, seconds: .02), Arm(1000, seconds: .01)).Kind);
        Assert.Equal(VerdictKind.Fail, Of([guard], Arm(1000, seconds: .05), Arm(1000, seconds: .01)).Kind);
        Assert.Equal(VerdictKind.Wait, Of([guard], Arm(50, seconds: .05), Arm(1000, seconds: .01)).Kind);
    }

    [Fact]
    public void Of_ShadowThatDisagrees_IsRefused()
    {
        var guard = new Guard(GuardMetric.Overlap, AtLeast: .3);

        Assert.Equal(VerdictKind.Fail, Of([guard], Arm(1000) with { Compared = 1000, Overlap = 100 }, Arm(1000)).Kind);
        Assert.Equal(VerdictKind.Pass, Of([guard], Arm(1000) with { Compared = 1000, Overlap = 500 }, Arm(1000)).Kind);
    }

    /// <summary>Everything that a guard asks for, exactly, looked at all the time: at most one rollout in fifty may be refused.</summary>
    [Fact]
    public void FailureTest_AtTheLimit_LookedAtAllTheTime_IsHardlyEverRefuted()
    {
        var refuted = 0;
        for (var seed = 1; seed <= 400; seed++)
        {
            var random = new Random(seed);
            var failures = 0;
            for (var answers = 1; answers <= 2000; answers++)
            {
                failures += random.NextDouble() < .01 ? 1 : 0;
                if (FailureTest.LogGain(failures, answers, .01) <= -Math.Log(Judge.Alpha))
                    continue;
                refuted++;
                break;
            }
        }
        Assert.InRange(refuted, 0, 8); // the seeds are fixed: this is a number, not a chance
    }

    [Fact]
    public void Margin_MoreObservations_IsNarrower() => Gen.Select(Gen.Double[.01, .25], Gen.Int[1, 100_000], Gen.Double[.001, .1]).Sample((variance, observations, alpha) =>
        Assert.True(ConfidenceSequence.Margin(variance, observations * 2.0, alpha) < ConfidenceSequence.Margin(variance, observations, alpha)));

    /// <summary>A hundred clicks of one shopper are less proof than a click of each of a hundred.</summary>
    [Fact]
    public void Of_ClicksOfFewShoppers_AreLessCertain()
    {
        var guard = new Guard(GuardMetric.ClickRate, AtLeastTimes: 1);
        var champion = Shown(100_000, 5_000);
        var many = Of([guard], Shown(10_000, 350), champion);
        var few = Of([guard], Shown(10_000, 350) with { Reactions = new Reactions(10_000, UserSums.Of(Enumerable.Range(0, 100).Select(shopper => (100.0, shopper < 10 ? 35.0 : 0))), UserSums.None) }, champion);

        Assert.Equal((VerdictKind.Fail, VerdictKind.Pass), (many.Kind, few.Kind));
        Assert.True(few.Evidence[0].High > many.Evidence[0].High);
        Assert.Equal(100, few.Evidence[0].Shoppers);
    }

    [Fact]
    public void Of_LastStep_GoesOnUntilAGreatLossIsRuledOut()
    {
        var strictness = new Strictness(Fewest, 4, LossRuledOut: .2);
        var extended = Judge.Of([Clicks], new Dictionary<string, ArmTotals> { ["challenger"] = Shown(2_000, 100) }, Shown(2_000, 100), strictness);

        Assert.Equal(VerdictKind.Extend, extended.Kind);
        var more = Assert.NotNull(extended.Evidence[0].More);
        Assert.Contains($"about {more:N0} answers more", extended.Reason, StringComparison.Ordinal);

        var then = 2_000 + more;
        var passed = Judge.Of([Clicks], new Dictionary<string, ArmTotals> { ["challenger"] = Shown(then, then / 20) }, Shown(then, then / 20), strictness);
        Assert.Equal(VerdictKind.Pass, passed.Kind);
    }

    [Fact]
    public void Of_ArmWithoutTraffic_WhileOthersHaveSome_IsSuspicious()
    {
        var silent = Of([Errors], Arm(0) with { Percent = 5 }, Arm(10_000) with { Percent = 95 });

        Assert.Equal(VerdictKind.Wait, silent.Kind);
        Assert.Contains("challenger gave no answer", silent.Reason, StringComparison.Ordinal);
        Assert.Contains("526", silent.Reason, StringComparison.Ordinal); // 5/95 of 10,000
        Assert.Contains("no traffic", Of([Errors], Arm(0), Arm(0)).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("no answer", Of([Errors], Arm(0) with { Percent = 5 }, Arm(50) with { Percent = 95 }).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void UserSums_Grown_AreThoseOfTheGrownShopper() =>
        Assert.Equal(UserSums.Of([(30, 3), (10, 1)]), UserSums.Of([(10, 2), (10, 1)]).Grown(10, 2, 20, 1));

    [Fact]
    public void Of_FirstFewAnswers_NoClickYet_IsNoProof() =>
        Assert.Equal(VerdictKind.Wait, Of([Errors, Clicks], Arm(16) with { Reactions = Reacted(16, 160, 0) }, Shown(13_140, 472)).Kind);

    [Fact]
    public void Of_ReactionsNotIn_WaitsForThem()
    {
        var young = Arm(1000) with { Reactions = Reactions.None };

        Assert.Equal(VerdictKind.Wait, Of([Errors, Clicks], young, Arm(1000, clicks: 500)).Kind);
        Assert.Equal(VerdictKind.Pass, Of([Errors], young, Arm(1000)).Kind);
    }

    [Fact]
    public void Of_Shadow_IsNotAskedForClicks() =>
        Assert.Equal(VerdictKind.Pass, Of([Errors, Clicks], Arm(1000) with { Compared = 1000, Overlap = 900, Reactions = Reactions.None }, Arm(1000, clicks: 500)).Kind);

    [Fact]
    public void Of_SeveralArms_TheBadOneIsNamed()
    {
        var verdict = Judge.Of([Errors], new Dictionary<string, ArmTotals> { ["bold"] = Arm(1000), ["shy"] = Arm(1000, failures: 500) }, Arm(1000), new Strictness(Fewest));

        Assert.Equal(VerdictKind.Fail, verdict.Kind);
        Assert.StartsWith("shy, error_rate", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(["bold"], verdict.Evidence.Where(guard => guard.Holds).Select(guard => guard.Arm));
    }

    private static Verdict Of(IReadOnlyList<Guard> guards, ArmTotals trial, ArmTotals baseline) =>
        Judge.Of(guards, new Dictionary<string, ArmTotals> { ["challenger"] = trial }, baseline, new Strictness(Fewest));

    private static ArmTotals Shown(long impressions, long clicks) => Arm(impressions) with { Reactions = Reacted(impressions, impressions, clicks) };

    /// <summary>Every product was shown to a shopper of its own.</summary>
    private static Reactions Reacted(long answers, long impressions, long clicks) =>
        new(answers, new UserSums(impressions, impressions, clicks, impressions, clicks, clicks), new UserSums(impressions, impressions, 0, impressions, 0, 0));

    private static ArmTotals Arm(long requests, long failures = 0, long clicks = 0, double seconds = .01)
    {
        var latency = LatencyHistogram.Empty();
        latency[LatencyHistogram.BucketOf(seconds)] = requests;
        return new ArmTotals(requests, failures, 0, 0, latency, Reacted(requests, requests * 10, clicks));
    }
}
