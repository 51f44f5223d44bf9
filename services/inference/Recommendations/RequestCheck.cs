using ModelOps.Contracts.Predictions;

namespace ModelOps.Inference.Recommendations;

/// <summary>What a request must keep to.</summary>
internal static class RequestCheck
{
    private const int MaxCount = 200;
    private const int MaxHistory = 1000;
    private const int MaxProducts = 100;
    private const int MaxPlacement = 64;
    private const int LongestId = 500;

    /// <returns>Null when nothing is wrong.</returns>
    public static string? Wrong(RecommendationRequest request) =>
        request.Count is < 1 or > MaxCount ? $"'count' is {request.Count}; it goes from 1 to {MaxCount}."
        : request.Kind is { } kind && !RecommendationKind.All.Contains(kind) ? $"'kind' is '{kind}'; known: {string.Join(", ", RecommendationKind.All)}."
        : request.History?.Count > MaxHistory ? $"'history' has {request.History.Count} products; at most {MaxHistory}."
        : request.Products?.Count > MaxProducts ? $"'products' has {request.Products.Count} products; at most {MaxProducts}."
        : request.Placement?.Length > MaxPlacement ? $"'placement' has {request.Placement.Length} characters; at most {MaxPlacement}. A shelf's is its page's name, a slash and its own."
        : HasNull(request.History) || HasNull(request.Exclude) || HasNull(request.Products) ? "'history', 'exclude' and 'products' list product ids; one of them is null."
        : request.Products is { Count: > 0 } && request.Kind is (null or RecommendationKind.ForYou or RecommendationKind.Popular)
            ? $"'products' belongs to the kinds {RecommendationKind.Cart}, {RecommendationKind.Similar} and {RecommendationKind.BoughtTogether}; 'kind' is {request.Kind ?? "absent"}."
        : request.Diversity is { } diversity && !(diversity is >= 0 and <= 1) ? $"'diversity' is {diversity}; it goes from 0 to 1."
        : request.Filter is { MinPrice: { } least, MaxPrice: { } most } && least > most ? $"'filter.minPrice' {least} is above 'filter.maxPrice' {most}."
        : HasNull(request.Filter?.Categories) || HasNull(request.Filter?.NotCategories) || HasNull(request.Filter?.Brands) ? "The filter's 'categories', 'notCategories' and 'brands' list names; one of them is null."
        : request.Placement?.Contains('\0', StringComparison.Ordinal) == true ? "'placement' has the character U+0000, which no log keeps."
        : WrongId("user", request.User) ?? WrongId("session", request.Session);

    /// <param name="name">Of the member.</param>
    /// <returns>Null when nothing is wrong.</returns>
    public static string? WrongId(string name, string? id) =>
        id?.Length > LongestId ? $"'{name}' has {id.Length} characters; at most {LongestId}."
        : id?.Contains('\0', StringComparison.Ordinal) == true ? $"'{name}' has the character U+0000, which no log keeps. Send the id as the shop has it."
        : null;

    /// <summary>An empty id is nobody's: it must not gather everybody who has none.</summary>
    public static RecommendationRequest Named(RecommendationRequest request) => request with
    {
        User = string.IsNullOrEmpty(request.User) ? null : request.User,
        Session = string.IsNullOrEmpty(request.Session) ? null : request.Session,
    };

    private static bool HasNull(IReadOnlyList<string>? ids) => ids?.Any(id => id is null) == true;
}
