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

    public RecommendationRequest Wider(RecommendationRequest request) => request with { Count = request.Count + Pool };

    /// <param name="wide">More than were asked for.</param>
    public List<RecommendedItem> Explore(List<RecommendedItem> wide, int count)
    {
        var below = wide.Count - count;
        if (below <= 0)
            return wide;
        var chosen = wide[count + Random.Shared.Next(below)] with { Reason = Recommender.Explore, Propensity = Share / below };
        return [.. wide[..(count - 1)], chosen];
    }

    /// <summary>The answer as it is, with the probability that it would be.</summary>
    public List<RecommendedItem> Keep(List<RecommendedItem> items, int count) =>
        Share > 0 && items.Count == count ? [.. items[..^1], items[^1] with { Propensity = 1 - Share }] : items;
}
