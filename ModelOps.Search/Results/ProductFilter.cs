namespace ModelOps.Search.Results;

/// <summary>Which products may come; all that is given must hold. Names are compared without case.</summary>
/// <param name="Categories">Any of these, or below it.</param>
/// <param name="Attributes">By an attribute's name, any of its values.</param>
/// <param name="Available">True leaves out what is sold out.</param>
public sealed record ProductFilter(
    IReadOnlyList<string>? Categories = null,
    IReadOnlyList<string>? Brands = null,
    double? MinPrice = null,
    double? MaxPrice = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Attributes = null,
    bool Available = false)
{
    public bool Allows(SearchProduct product, double? price, bool available)
    {
        ArgumentNullException.ThrowIfNull(product);
        return (!Available || available)
            && (Categories is not { Count: > 0 } categories || categories.Any(category => IsIn(product.Category, category)))
            && (Brands is not { Count: > 0 } brands || brands.Contains(product.Brand, StringComparer.OrdinalIgnoreCase))
            && (MinPrice is null || price >= MinPrice) && (MaxPrice is null || price <= MaxPrice)
            && (Attributes is null || Attributes.All(wanted => product.Attributes?.TryGetValue(wanted.Key, out var value) == true && wanted.Value.Contains(value, StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>Without what it says of a facet: a facet counts what choosing another value would give.</summary>
    public ProductFilter Without(string facet) => facet switch
    {
        Facets.Brand => this with { Brands = null },
        Facets.Category => this with { Categories = null },
        Facets.Price => this with { MinPrice = null, MaxPrice = null },
        _ => Attributes?.ContainsKey(facet) == true ? this with { Attributes = Attributes.Where(pair => pair.Key != facet).ToDictionary(pair => pair.Key, pair => pair.Value) } : this,
    };

    private static bool IsIn(string? path, string category) => path is not null && path.StartsWith(category, StringComparison.OrdinalIgnoreCase) && (path.Length == category.Length || path[category.Length] == '|');
}
