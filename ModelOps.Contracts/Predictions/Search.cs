using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Predictions;

/// <summary>Asks for products by words.</summary>
/// <param name="Query">Whatever a shopper typed; nothing in it is syntax. At most 10,000 characters, of which the first 1,000 are read.</param>
/// <param name="User">The shop's own id of the shopper, whose history moves what they like upwards, by a fifth at most.</param>
/// <param name="Session">The visit of a shopper without an account.</param>
/// <param name="Facets">What to count among the found products: <c>brand</c>, <c>category</c>, <c>price</c>, or the name of an attribute.</param>
/// <param name="Sort">One of <see cref="SearchSort"/>; relevance when absent.</param>
/// <param name="Count">1 to 200.</param>
/// <param name="Page">From 1; a page has <paramref name="Count"/> products.</param>
/// <param name="Model">A registered model, <c>search</c> when absent.</param>
/// <param name="Explain">With every product, the numbers that its place comes from. Not for publishable keys.</param>
/// <param name="DeadlineMs">After how many milliseconds the answer is of no use any more; the header <c>x-request-timeout-ms</c> goes before it.</param>
public sealed record SearchRequest(
    string? Query,
    string? User = null,
    string? Session = null,
    SearchFilter? Filter = null,
    IReadOnlyList<string>? Facets = null,
    string? Sort = null,
    int Count = 10,
    int Page = 1,
    string? Model = null,
    bool Explain = false,
    int? DeadlineMs = null) : IHasDeadline;

/// <summary>The orders that found products can have.</summary>
public static class SearchSort
{
    public const string Relevance = "relevance", PriceUp = "price_asc", PriceDown = "price_desc", Popularity = "popularity";

    public static IReadOnlyList<string> All { get; } = [Relevance, PriceUp, PriceDown, Popularity];
}

/// <summary>Only products for which all that is given holds.</summary>
/// <param name="Categories">Any of these, or below one.</param>
/// <param name="MinPrice">Of the price as the shop last told it.</param>
/// <param name="Attributes">By the name of an attribute, any of its values.</param>
/// <param name="Available">False shows what is sold out too; absent and true leave it out.</param>
public sealed record SearchFilter(
    IReadOnlyList<string>? Categories = null,
    IReadOnlyList<string>? Brands = null,
    double? MinPrice = null,
    double? MaxPrice = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Attributes = null,
    bool? Available = null);

/// <param name="Total">How many products were found, on all pages.</param>
/// <param name="Match"><c>all</c>: the best has every word; <c>some</c>: none has; <c>near</c>: no product has any, these are near in meaning; <c>none</c>: no product has any, so popular ones come.</param>
/// <param name="Suggestion">The query as the catalogue would spell it; it was searched for already.</param>
/// <param name="Redirect">Where a rule of the store sends shoppers with this query.</param>
/// <param name="Token">Send it back with events that follow from this answer.</param>
public sealed record SearchResponse(
    IReadOnlyList<SearchHit> Items,
    int Total,
    string Match,
    IReadOnlyDictionary<string, IReadOnlyList<SearchFacet>> Facets,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Suggestion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Redirect,
    ModelReference Model,
    string Token,
    string Arm);

/// <param name="Title">As HTML, the query's words in <c>em</c>.</param>
/// <param name="Price">As the shop last told it.</param>
/// <param name="Rules">The store's rules that moved it.</param>
/// <param name="Why">Where it was asked for: <c>words</c> and, as <c>words.title</c> and so on, the field's part of it; by the name of a feature, what the score is multiplied with.</param>
public sealed record SearchHit(
    string Id,
    double Score,
    string Title,
    string? Brand,
    double? Price,
    bool Available,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Rules = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, double>? Why = null);

public sealed record SearchFacet(string Value, int Count);

/// <summary>Completions of what a shopper has typed so far, the likeliest first.</summary>
public sealed record SuggestResponse(IReadOnlyList<string> Suggestions, ModelReference Model);
