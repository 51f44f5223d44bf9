using ModelOps.Features;

namespace ModelOps.Inference.Rules;

/// <summary>At most so many of one category or brand in an answer; what is pinned does not count.</summary>
internal sealed record Cap(string Name, WhenDefinition? When, int Most, string By) : Rule(Name, When)
{
    public const string ByCategory = "category";
    public const string ByTopCategory = "top_category";
    public const string ByBrand = "brand";

    /// <summary>What is counted; null where the product has none, which is not capped.</summary>
    public string? KeyOf(CatalogueItem item) => By switch
    {
        ByBrand => item.Brand,
        ByTopCategory => item.Category?.Split('|')[0],
        _ => item.Category,
    };
}
