using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Recommendations;

/// <summary>From a request to its answer: candidates without what is filtered, arranged by the store's rules, each with its reason.</summary>
internal static class Recommender
{
    public const string ByModel = "model";
    public const string Repeat = "repeat";
    public const string Popular = "popular";
    public const string Similar = "similar";
    public const string BoughtTogether = "bought-together";
    public const string Pinned = "pinned";
    public const string Explore = "explore";

    /// <summary>Rules and variety choose among so many: always the same, whatever is asked for, so that a longer answer only goes on.</summary>
    private const int Pool = 701;

    public static async Task<List<RecommendedItem>> RecommendAsync(
        RecommendationModel model, Shopper shopper, RecommendationRequest request, ShopState? shop = null, CancellationToken cancellationToken = default)
    {
        shop ??= new ShopState(CatalogueView.Of(model.Catalogue, StoreOverlay.Empty), [], 0);
        var question = new Question(model, shop.Catalogue, shopper, request);
        var diversity = request.Diversity ?? shop.Diversity;
        var isArranged = shop.Rules.Count > 0 || diversity > 0;
        var candidates = await new CandidateSource(question, isArranged ? Pool : request.Count).FindAsync(cancellationToken);
        if (isArranged)
            candidates = Arrangement.Arrange(candidates, question, shop, diversity);
        var because = Because.Of(question, candidates);
        return [.. candidates.Select(candidate => new RecommendedItem(
            model.Catalogue.Vocabulary[candidate.Index], candidate.Score, candidate.Reason, because.GetValueOrDefault(candidate.Index) is > 0 and var index ? model.Catalogue.Vocabulary[index] : null, candidate.Rules))];
    }
}
