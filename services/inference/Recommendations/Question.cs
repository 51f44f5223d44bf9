using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Recommendations;

/// <summary>A request with everything that answers it.</summary>
internal sealed class Question
{
    private HashSet<long>? forbidden;

    public Question(RecommendationModel model, CatalogueView catalogue, Shopper shopper, RecommendationRequest request)
    {
        (Model, Catalogue, Shopper, Request) = (model, catalogue, shopper, request);
        Kind = request.Kind ?? RecommendationKind.ForYou;
        Anchors = AnchorsOf();
        Forbidden = [.. ForbiddenIndices()];
    }

    public RecommendationModel Model { get; }

    public CatalogueView Catalogue { get; }

    public Shopper Shopper { get; }

    public RecommendationRequest Request { get; }

    public string Kind { get; }

    /// <summary>Item indices of the products that the answer is about; it never contains them.</summary>
    public int[] Anchors { get; }

    /// <summary>Item indices that must not be in the answer; one may be there twice.</summary>
    public long[] Forbidden { get; }

    public bool Allows(int index) => !(forbidden ??= [.. Forbidden]).Contains(index);

    private int[] AnchorsOf()
    {
        if (Request.Products is { Count: > 0 } products)
            return [.. products.Select(id => Model.Catalogue.Vocabulary.IndexOf(id)).Where(index => index > 0).Distinct()];
        return Kind is RecommendationKind.Similar or RecommendationKind.BoughtTogether && Shopper.Items.Length > 0 ? [Shopper.Items[^1]] : [];
    }

    private IEnumerable<long> ForbiddenIndices()
    {
        IEnumerable<long> indices = Catalogue.Unavailable;
        // Beside a product, what is like it comes also where the shopper knows it.
        if (Model.Schema.ExcludeSeen && Kind is (RecommendationKind.ForYou or RecommendationKind.Cart))
            indices = indices.Concat(Shopper.Items.Distinct().Select(index => (long)index));
        else if (Request.Filter is { NotBought: true })
            indices = indices.Concat(Bought().Select(index => (long)index));
        if (Anchors.Length > 0)
            indices = indices.Concat(Anchors.Select(index => (long)index));
        if (Request.Exclude is { } exclude)
            indices = indices.Concat(exclude.Select(id => (long)Model.Catalogue.Vocabulary.IndexOf(id)));
        if (Request.Filter is { } given && new Filter(given) is { AllowsAll: false } filter)
            indices = indices.Concat(Catalogue.Items.Index().Where(item => !filter.Allows(item.Item)).Select(item => item.Index + 1L));
        return indices;
    }

    /// <summary>Where repeats are recommended, a shopper's own counts are of what they bought; elsewhere the history is.</summary>
    private IEnumerable<int> Bought() => Model.Schema.Fusion is null ? Shopper.Items.Distinct() : Shopper.Counts.Keys;
}
