// Bottou et al.: Counterfactual reasoning and learning systems. JMLR 2013, https://www.jmlr.org/papers/v14/bottou13a.html
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Rules;

namespace ModelOps.Inference.Recommendations;

/// <summary>
/// In a small share of answers, the last place shows one of the products below it, each with the same probability. The probabilities
/// go into the log: without them, what is learned from clicks would only confirm what was shown.
/// </summary>
/// <param name="Share">0 where nothing is explored.</param>
/// <param name="IsDue">True for this answer.</param>
internal sealed record Exploration(double Share, int Pool, bool IsDue)
{
    private static readonly Exploration None = new(0, 0, false);

    /// <summary>Only lists for a shopper: beside a product, the last place has little to say.</summary>
    public static Exploration Of(RuleBook rules, RecommendationRequest request) =>
        rules.Exploration is { Share: > 0 } settings && request is { Kind: null or RecommendationKind.ForYou, Count: > 1 }
            ? new Exploration(settings.Share, settings.Pool, Random.Shared.NextDouble() < settings.Share)
            : None;

    /// <summary>What has to be computed: more than is shown, where something below may come instead.</summary>
    public RecommendationRequest Wider(RecommendationRequest request) => Share > 0 ? request with { Count = request.Count + (IsDue ? Pool : 1) } : request;

    /// <summary>The answer with the probability of its last place. What is pinned there stays, and where nothing is below it, it is certain.</summary>
    /// <param name="wide">Of <see cref="Wider"/>.</param>
    public List<RecommendedItem> Answer(List<RecommendedItem> wide, int count)
    {
        var below = wide.Count - count;
        if (Share == 0 || below <= 0)
            return wide;
        if (wide[count - 1].Reason == Recommender.Pinned)
            return wide[..count];
        var last = IsDue
            ? wide[count + Random.Shared.Next(below)] with { Reason = Recommender.Explore, Propensity = Share / below }
            : wide[count - 1] with { Propensity = 1 - Share };
        return [.. wide[..(count - 1)], last];
    }
}
