using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Recommendations;

/// <summary>A version's answer to a request: kept from an earlier call, or computed.</summary>
internal sealed class Answers(Shoppers shoppers, AnswerCache cache)
{
    public async Task<(List<RecommendedItem> Items, bool Cached)> FindAsync(StoreId store, RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken)
    {
        var subject = request.History is { } history ? AnswerCache.SubjectOf(history) : AnswerCache.SubjectOf(request.User ?? "");
        var question = AnswerCache.QuestionOf(request, model.Name, model.Version);
        if (await cache.FindAsync(store, subject, question).WaitAsync(cancellationToken) is { } kept)
            return (kept, true);
        var shopper = await ShopperAsync(model, request, cancellationToken);
        var items = await Recommender.RecommendAsync(model, shopper, request, cancellationToken);
        if (shopper.IsUpToDate)
            cache.Keep(store, subject, question, items);
        return (items, false);
    }

    public async Task<List<RecommendedItem>> ComputeAsync(RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken) =>
        await Recommender.RecommendAsync(model, await ShopperAsync(model, request, cancellationToken), request, cancellationToken);

    private async Task<Shopper> ShopperAsync(RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken) =>
        request.History is not null ? Shopper.FromHistory(model, request.History)
        : request.User is not null ? await shoppers.FindAsync(model, request.User, cancellationToken)
        : new Shopper([], new Dictionary<int, float>());
}
