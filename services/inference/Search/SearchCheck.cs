using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Recommendations;

namespace ModelOps.Inference.Search;

/// <summary>What a search must keep to. Its query may be anything.</summary>
internal static class SearchCheck
{
    public const int MostSuggestions = 20;

    private const int LongestQuery = 10_000, MaxCount = 200, MostSkipped = 10_000, MostFacets = 20, MostValues = 200, MostAttributes = 20;

    /// <returns>Null when nothing is wrong.</returns>
    public static string? Wrong(SearchRequest request) =>
        request.Query is null ? "'query' is missing. Send {\"query\":\"…\"}; an empty one finds what is popular."
        : request.Query.Length > LongestQuery ? $"'query' has {request.Query.Length} characters; at most {LongestQuery}."
        : request.Count is < 1 or > MaxCount ? $"'count' is {request.Count}; it goes from 1 to {MaxCount}."
        : request.Page < 1 || (long)(request.Page - 1) * request.Count > MostSkipped ? $"'page' is {request.Page}; it goes from 1, as far as product {MostSkipped}. Narrow the search by a filter."
        : request.Sort is { } sort && !SearchSort.All.Contains(sort) ? $"'sort' is '{sort}'; known: {string.Join(", ", SearchSort.All)}."
        : request.Facets?.Count > MostFacets ? $"'facets' has {request.Facets.Count} names; at most {MostFacets}."
        : request.Facets?.Any(string.IsNullOrWhiteSpace) == true ? "'facets' lists brand, category, price and names of attributes; one of them is empty."
        : RequestCheck.WrongId("user", request.User) ?? RequestCheck.WrongId("session", request.Session) ?? (request.Filter is { } filter ? Wrong(filter) : null);

    private static string? Wrong(SearchFilter filter) =>
        filter is { MinPrice: { } least, MaxPrice: { } most } && least > most ? $"'filter.minPrice' {least} is above 'filter.maxPrice' {most}."
        : new[] { filter.Categories, filter.Brands }.Concat(filter.Attributes?.Values ?? []).Any(values => values?.Any(value => value is null) == true) ? "The filter's lists name values; one of them is null."
        : filter.Attributes?.Count > MostAttributes ? $"'filter.attributes' has {filter.Attributes.Count} names; at most {MostAttributes}."
        : filter.Attributes?.Any(pair => pair.Value is null) == true ? "'filter.attributes' maps a name to a list of values; one of the lists is null."
        : new[] { filter.Categories, filter.Brands }.Concat(filter.Attributes?.Values ?? []).Sum(values => values?.Count ?? 0) > MostValues ? $"The filter names more than {MostValues} values."
        : null;
}
