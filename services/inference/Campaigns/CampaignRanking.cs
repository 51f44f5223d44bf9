using System.Globalization;
using ModelOps.Contracts.Campaigns;
using ModelOps.Features.Campaigns;

namespace ModelOps.Inference.Campaigns;

/// <summary>Puts a user's campaigns in order: by what they bring, or now and then by chance, with the probability of each coming first.</summary>
/// <param name="learning">This answer's order is drawn.</param>
internal sealed class CampaignRanking(CampaignSettings settings, bool learning, bool heldOut, Random random)
{
    /// <param name="uplift">By arm.</param>
    /// <param name="response">By arm.</param>
    /// <param name="known">Something is known of the user.</param>
    public IReadOnlyList<RankedCampaign> Rank(IReadOnlyList<CampaignCandidate> candidates, ReadOnlySpan<float> uplift, ReadOnlySpan<float> response, double? outcomeValue, bool known)
    {
        var scored = new List<(RankedCampaign Campaign, double Score)>();
        foreach (var candidate in candidates)
        {
            var place = settings.Arms.Index().First(pair => pair.Item.Name == candidate.Campaign).Index;
            var arm = settings.Arms[place];
            var group = arm.GroupOf(arm.Way switch { RankingWay.Uplift => uplift[place], RankingWay.NoControl => response[place], _ => 0 });
            var net = outcomeValue is { } value ? value * group.Effect - candidate.Cost : (double?)null;
            var score = arm.Way switch { RankingWay.Uplift => uplift[place], RankingWay.Random => random.NextDouble(), _ => response[place] };
            var ranked = new RankedCampaign(
                arm.Name, group.Effect, group.Low, group.High, response[place], candidate.Cost, net, (net ?? group.Effect) > 0 && !heldOut, 0, arm.Way, Reason(arm, group, known));
            if (arm.Way == RankingWay.NoControl)
                ranked = ranked with { Effect = null, Low = null, High = null, Response = group.Effect };
            scored.Add((ranked, score));
        }
        // The measured effect first; among equals, and groups are wide, the model's own score.
        RankedCampaign[] best = [.. scored.OrderByDescending(one => one.Campaign.Net ?? one.Campaign.Effect ?? one.Campaign.Response).ThenByDescending(one => one.Score).Select(one => one.Campaign)];
        // Where chance alone decides, each may come first alike.
        var byChance = Array.TrueForAll(best, one => one.Way == RankingWay.Random && one.Effect == best[0].Effect && one.Cost == best[0].Cost);
        for (var i = 0; i < best.Length; i++)
            best[i] = best[i] with { Propensity = byChance ? 1.0 / best.Length : settings.LearningShare / best.Length + (i == 0 ? 1 - settings.LearningShare : 0) };
        if (learning)
            random.Shuffle(best);
        return best;
    }

    private string Reason(CampaignArm arm, EffectGroup group, bool known)
    {
        var place = arm.Groups.Index().First(pair => pair.Item == group).Index;
        var reason = arm.Way switch
        {
            RankingWay.Uplift => string.Create(CultureInfo.InvariantCulture, $"Customers with such a score, group {arm.Groups.Count - place} of {arm.Groups.Count} from the top: contacting changed their {settings.Outcome} by {group.Effect:g3}."),
            RankingWay.Response => string.Create(CultureInfo.InvariantCulture, $"No uplift found; ranked by expected response. Contacting changed everybody's {settings.Outcome} by {group.Effect:g3} on average."),
            RankingWay.NoControl => string.Create(CultureInfo.InvariantCulture, $"Of customers with such a score, group {arm.Groups.Count - place} of {arm.Groups.Count} from the top, {group.Effect:p1} responded. There was no control group: what contacting changes is not known."),
            _ => string.Create(CultureInfo.InvariantCulture, $"No uplift found; taken by chance. Contacting changed everybody's {settings.Outcome} by {group.Effect:g3} on average."),
        };
        if (!known)
            reason += " Nothing is known of this user.";
        return heldOut ? reason + " The user is held out: do not contact." : reason;
    }
}
