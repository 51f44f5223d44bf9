namespace ModelOps.Search;

/// <summary>A product as search knows it; the index is built from these.</summary>
/// <param name="Id">The shop's product id.</param>
/// <param name="Category">From the general to the particular, joined by '|'.</param>
/// <param name="Attributes">Name to value, as <c>colour</c> to <c>black</c>.</param>
/// <param name="Price">In the shop's currency; null where it is not known.</param>
/// <param name="Available">False for what is sold out.</param>
/// <param name="Popularity">0 to 1: recent count over the most popular product's.</param>
public sealed record SearchProduct(
    string Id,
    string Title,
    string? Brand = null,
    string? Category = null,
    string? Description = null,
    IReadOnlyDictionary<string, string>? Attributes = null,
    double? Price = null,
    bool Available = true,
    double Popularity = 0);
