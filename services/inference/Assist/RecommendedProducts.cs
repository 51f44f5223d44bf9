using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Recommendations;

namespace ModelOps.Inference.Assist;

/// <summary>What the shop recommends to the customer; an impression of the placement <c>assist</c>.</summary>
internal sealed class RecommendedProducts(RoutedAnswers answers, Router router, LiveCatalogue catalogue, IOptions<AssistOptions> options) : IProductFinder
{
    public const string Placement = "assist";

    public async Task<IReadOnlyList<AssistProduct>> FindAsync(StoreId store, string message, string? user, string? session, int count, CancellationToken cancellationToken)
    {
        var model = options.Value.RecommendModel;
        var request = RequestCheck.Named(new RecommendationRequest(User: user, Count: count, Model: model, Session: user is null ? session : null, Placement: Placement));
        if (await answers.FindAsync(store, model, request, cancellationToken) is not { Items.Count: > 0 } answer || router.UseChampion(store, model) is not { } use)
            return [];
        using (use)
        {
            var view = catalogue.View(use.Model);
            return [.. answer.Items.Select(item => view.Packaged.Vocabulary.IndexOf(item.Id) is > 0 and var index ? new AssistProduct(item.Id, view[index].Title, view[index].Price) : new AssistProduct(item.Id, null, null))];
        }
    }
}
