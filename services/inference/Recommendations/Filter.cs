using ModelOps.Contracts.Predictions;
using ModelOps.Features;

namespace ModelOps.Inference.Recommendations;

/// <summary>A filter, ready to be asked of many products.</summary>
internal sealed class Filter(RecommendationFilter filter)
{
    private readonly string[] categories = [.. filter.Categories ?? [], .. filter.Category is { } one ? new[] { one } : []];
    private readonly string[] brands = [.. filter.Brands ?? [], .. filter.Brand is { } one ? new[] { one } : []];

    public bool LooksAtPrices => filter.MinPrice is not null || filter.MaxPrice is not null;

    /// <summary>True where there is nothing to ask of a product.</summary>
    public bool AllowsAll => categories.Length == 0 && brands.Length == 0 && filter.NotCategories is not { Count: > 0 } && !LooksAtPrices;

    public bool Allows(CatalogueItem item) =>
        (categories.Length == 0 || IsIn(item, categories))
        && (filter.NotCategories is not { Count: > 0 } not || !IsIn(item, not))
        && (brands.Length == 0 || brands.Contains(item.Brand, StringComparer.OrdinalIgnoreCase))
        && (filter.MinPrice is null || item.Price >= filter.MinPrice)
        && (filter.MaxPrice is null || item.Price <= filter.MaxPrice);

    private static bool IsIn(CatalogueItem item, IEnumerable<string> categories) =>
        item.Category is { } category && categories.Any(beginning => category.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
}
