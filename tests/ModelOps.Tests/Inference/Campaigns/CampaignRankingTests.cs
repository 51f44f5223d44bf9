using ModelOps.Contracts.Campaigns;
using ModelOps.Features.Campaigns;
using ModelOps.Inference.Campaigns;

namespace ModelOps.Tests.Inference.Campaigns;

public sealed class CampaignRankingTests
{
    private static readonly CampaignArm Mail = new("mail", RankingWay.Uplift, "s-learner", .03, .02, .04, .01, .005, .015, "", [new(-1, .01, 0, .02), new(.05, .08, .06, .1)]);
    private static readonly CampaignArm Phone = new("phone", RankingWay.Response, "s-learner", .05, .03, .07, 0, -.01, .01, "", [new(0, .05, .03, .07)]);
    private static readonly CampaignCandidate[] Candidates = [new("mail", .1), new("phone", 2)];

    [Fact]
    public void Rank_ByMeasuredEffect_LessCost()
    {
        var best = Rank(uplift: .06f, value: 10);
        Assert.Equal(["mail", "phone"], best.Select(one => one.Campaign));
        Assert.Equal((.08, .06, .1, .7), (best[0].Effect, best[0].Low, best[0].High, Math.Round(best[0].Net!.Value, 6)));
        Assert.True(best[0].Contact);
        Assert.False(best[1].Contact); // ten times .05 do not pay a call
        Assert.StartsWith("Customers with such a score, group 1 of 2 from the top", best[0].Reason, StringComparison.Ordinal);
        Assert.StartsWith("No uplift found; ranked by expected response", best[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Rank_ALowScore_TakesTheLowGroup() => Assert.Equal(["phone", "mail"], Rank(uplift: -.5f, value: null).Select(one => one.Campaign));

    [Fact]
    public void Rank_Propensities_AddUpToOne_AndSayWhatIsDrawn()
    {
        var settings = new CampaignSettings("visit", "none", [Mail, Phone], .2, 0);
        var first = new Dictionary<string, int> { ["mail"] = 0, ["phone"] = 0 };
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var ranked = new CampaignRanking(settings, random.NextDouble() < settings.LearningShare, heldOut: false, random).Rank(Candidates, [.06f, 0], [.1f, .1f], null, known: true);
            Assert.Equal(1, ranked.Sum(one => one.Propensity), 9);
            Assert.Equal(.9, ranked.Single(one => one.Campaign == "mail").Propensity, 9);
            first[ranked[0].Campaign]++;
        }
        Assert.InRange(first["phone"], 1850, 2150);
    }

    [Fact]
    public void Rank_AHeldOutUser_IsNotContacted()
    {
        var ranked = new CampaignRanking(new CampaignSettings("visit", "none", [Mail, Phone], 0, .1), learning: false, heldOut: true, new Random(1)).Rank(Candidates, [.06f, 0], [.1f, .1f], null, known: false);
        Assert.All(ranked, one => Assert.False(one.Contact));
        Assert.EndsWith("Nothing is known of this user. The user is held out: do not contact.", ranked[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Rank_WithoutAControlGroup_GivesTheMeasuredResponse_AndNoEffect()
    {
        var arm = new CampaignArm("call", RankingWay.NoControl, "logistic", .1, .09, .11, 0, 0, 0, "", [new(.01, .02, .01, .03), new(.2, .4, .35, .45)]);
        var best = Assert.Single(new CampaignRanking(new CampaignSettings("conversion", null, [arm], 0, 0), learning: false, heldOut: false, new Random(1)).Rank([new("call", 2)], [0], [.3f], 10, known: true));
        Assert.Equal((null, null, null, .4, 2.0), (best.Effect, best.Low, best.High, best.Response, Math.Round(best.Net!.Value, 9)));
        Assert.True(best.Contact);
        Assert.Contains("40.0 % responded. There was no control group", best.Reason.Replace("40.0%", "40.0 %", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static IReadOnlyList<RankedCampaign> Rank(float uplift, double? value) =>
        new CampaignRanking(new CampaignSettings("visit", "none", [Mail, Phone], 0, 0), learning: false, heldOut: false, new Random(1)).Rank(Candidates, [uplift, 0], [.1f, .1f], value, known: true);
}
