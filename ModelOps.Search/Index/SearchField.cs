namespace ModelOps.Search.Index;

/// <summary>What of a product is searched, in the order of the weights.</summary>
public enum SearchField
{
    Title,
    Brand,
    Category,
    Description,
    Attributes,
}

/// <summary>How fields are called in the index.</summary>
internal static class SearchFields
{
    public static readonly SearchField[] All = Enum.GetValues<SearchField>();
    private static readonly string[] Names = [.. All.Select(field => field.ToString().ToLowerInvariant())];

    public static string NameOf(SearchField field) => Names[(int)field];

    public static string LengthOf(SearchField field) => $"{Names[(int)field]}.length";

    public static string? TextOf(SearchProduct product, SearchField field) => field switch
    {
        SearchField.Title => product.Title,
        SearchField.Brand => product.Brand,
        SearchField.Category => product.Category?.Replace("|", " | ", StringComparison.Ordinal),
        SearchField.Description => product.Description,
        _ => product.Attributes is { Count: > 0 } attributes ? string.Join(" | ", attributes.Values) : null,
    };
}
