using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.EventLog;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Consents;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Events;
using ModelOps.Inference.Recommendations;
using ModelOps.Inference.Rules;
using ModelOps.Search;
using ModelOps.Search.Queries;
using ModelOps.Search.Ranking;
using ModelOps.Search.Results;

namespace ModelOps.Inference.Search;

/// <summary>Answers a search with the version that is the shopper's, and logs what was asked and shown.</summary>
internal sealed class Searches(Router router, LiveCatalogue catalogue, LiveRules rules, Shoppers shoppers, LiveConsents consents, QueryVectors vectors, RereadProducts reread, ImpressionLog impressions, ShadowRunner shadows, TimeProvider time)
{
    private const string Placement = "search";
    private const int MostHistory = 50;

    /// <param name="placement">Where it is shown. What was asked is logged for the search box alone: elsewhere it may be a customer's letter.</param>
    /// <returns>Null when no search is deployed under this name.</returns>
    public async Task<SearchResponse?> FindAsync(StoreId store, string name, SearchRequest request, CancellationToken cancellationToken, string placement = Placement)
    {
        var started = Stopwatch.GetTimestamp();
        if (router.UseRouted(store, name, request.User ?? request.Session) is not { } routed)
            return null;
        using var use = routed.Use;
        if (use.Model is not SearchModel model)
            return null;
        request = consents.Honour(store, request);
        var response = await AnswerAsync(store, model, request, routed.Arm, cancellationToken);
        var shown = new Impression(store, response.Token, time.GetUtcNow(), model.Name, model.Version, request.User, [.. response.Items.Select(item => item.Id)], false,
            Stopwatch.GetElapsedTime(started).TotalSeconds, routed.Arm, Session: request.Session, Placement: placement);
        // Who has the ranking explained is no shopper: nothing should be learned of that.
        impressions.Add(placement == Placement && !request.Explain ? shown with { Query = request.Query?.Replace('\0', ' '), Search = Logged(request, response) } : shown);
        if (placement == Placement && !request.Explain && router.ShadowOf(store, name) is { } shadow)
            shadows.Ask(store, shadow, request.User, shown.Items, async (other, token) => [.. (await AnswerAsync(store, (SearchModel)other, request, shadow.Package.Alias, token)).Items.Select(item => item.Id)]);
        return response;
    }

    private async Task<SearchResponse> AnswerAsync(StoreId store, SearchModel model, SearchRequest request, string arm, CancellationToken cancellationToken)
    {
        var likes = await LikesAsync(model, request, cancellationToken);
        var vector = await vectors.OfAsync(model, request.Query, cancellationToken);
        return await AnswerAsync(model, request, vector, likes, catalogue.Of(store), rules.Of(store), arm, cancellationToken);
    }

    private static LoggedSearch Logged(SearchRequest request, SearchResponse response)
    {
        var form = QueryForm.Of(request.Query);
        return new LoggedSearch(
            form, request.Page, (request.Page - 1) * request.Count, form.Length > 0 && response.Match is Matching.None or Matching.Near ? 0 : response.Total, response.Match,
            request.Sort is SearchSort.Relevance ? null : request.Sort, request.Filter is null ? null : JsonSerializer.Serialize(request.Filter, JsonSerializerOptions.Web), response.Suggestion);
    }

    public SuggestResponse? Suggest(StoreId store, string name, string? prefix, int count)
    {
        if (router.UseRouted(store, name, null) is not { } routed)
            return null;
        using var use = routed.Use;
        return use.Model is SearchModel model
            ? new SuggestResponse([.. model.Engine.Suggestions.Complete(prefix, count).Select(one => one.Text)], new ModelReference(model.Name, model.Version))
            : null;
    }

    private async Task<SearchResponse> AnswerAsync(SearchModel model, SearchRequest request, float[]? vector, Affinity likes, StoreOverlay overlay, RuleBook book, string arm, CancellationToken cancellationToken)
    {
        var engine = model.Engine;
        var findings = engine.Search(request.Query, vector: vector);
        var filter = FilterOf(request.Filter);
        FoundProduct Found(RankedProduct ranked)
        {
            var product = engine.Index.Products[ranked.Document];
            return new FoundProduct(ranked, product, overlay.Products.GetValueOrDefault(product.Id), likes.FactorOf(product));
        }
        bool Allows(ProductFilter by, FoundProduct found) => by.Allows(found.Product, found.Item.Price, found.Item.Available);

        var all = findings.Products.Select(Found).ToList();
        IReadOnlyList<SearchFacet> FacetOf(string facet)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var others = filter.Without(facet);
            return Counted(facet, all.Where(found => Allows(others, found)));
        }

        var allowed = all.Where(found => Allows(filter, found)).OrderByDescending(found => found.Score).ToList();
        if (request.Sort is null or SearchSort.Relevance)
            allowed = await reread.OrderAsync(model, findings.Query, allowed, cancellationToken);
        var key = book.Rules.Count == 0 ? "" : QueryForm.Unordered(request.Query);
        var counting = book.Rules.Where(rule => rule.CountsForSearch(key, time.GetUtcNow())).ToList();
        var arranged = SearchRules.Apply(allowed, counting, id => engine.Documents.TryGetValue(id, out var document)
            && Found(new RankedProduct(document, 0, 0, 0, [])) is var pinned && Allows(filter, pinned) ? pinned : null);
        var sorted = Sorted(arranged, request.Sort);
        var page = sorted.Skip((request.Page - 1) * request.Count).Take(request.Count);
        return new SearchResponse(
            [.. page.Select(found => Hit(found, findings, engine, request.Explain))],
            sorted.Count,
            findings.Match,
            (request.Facets ?? []).Distinct().ToDictionary(facet => facet, facet => FacetOf(facet)),
            findings.Query.Corrected,
            counting.OfType<Redirect>().FirstOrDefault()?.Address,
            new ModelReference(model.Name, model.Version),
            Guid.CreateVersion7().ToString("N"),
            arm);
    }

    private static SearchHit Hit(FoundProduct found, Findings findings, SearchEngine engine, bool explain) => new(
        found.Product.Id, found.Score, Highlights.Of(found.Product.Title, findings.Query, engine.Index.Stemmer), found.Product.Brand, found.Item.Price, found.Item.Available, found.Rules,
        explain ? found.Why(engine, findings.Query) : null);

    private static IReadOnlyList<SearchFacet> Counted(string facet, IEnumerable<FoundProduct> found) =>
        [.. Facets.Count(facet, found.Select(one => (one.Product, one.Item.Price))).Select(value => new SearchFacet(value.Value, value.Count))];

    private static List<FoundProduct> Sorted(List<FoundProduct> found, string? sort) => sort switch
    {
        SearchSort.PriceUp => [.. found.OrderBy(product => product.Item.Price ?? double.PositiveInfinity)],
        SearchSort.PriceDown => [.. found.OrderByDescending(product => product.Item.Price ?? double.NegativeInfinity)],
        SearchSort.Popularity => [.. found.OrderByDescending(product => product.Product.Popularity)],
        _ => found,
    };

    private static ProductFilter FilterOf(SearchFilter? filter) => filter is null
        ? new ProductFilter(Available: true)
        : new ProductFilter(filter.Categories, filter.Brands, filter.MinPrice, filter.MaxPrice, filter.Attributes, filter.Available ?? true);

    /// <summary>Without the event log a search is nobody's, rather than late.</summary>
    private async Task<Affinity> LikesAsync(SearchModel model, SearchRequest request, CancellationToken cancellationToken)
    {
        if (request.User is null && request.Session is null)
            return Affinity.None;
        var recent = await shoppers.RecentAsync(model.Store, request.User, request.Session, MostHistory, cancellationToken) ?? [];
        return Affinity.Of([.. recent.Where(shopEvent => EventNames.Wanted.Contains(shopEvent.Name)).SelectMany(shopEvent => shopEvent.Items)
            .Select(item => model.Engine.Documents.TryGetValue(item.ItemId, out var document) ? model.Engine.Index.Products[document] : null).OfType<SearchProduct>()]);
    }
}
