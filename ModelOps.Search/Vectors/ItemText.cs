namespace ModelOps.Search.Vectors;

/// <summary>A product as a text network reads it; the network cuts what is too long, so what says most comes first.</summary>
public static class ItemText
{
    private const int Longest = 600;

    public static string Of(SearchProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);
        var brand = product.Brand is { Length: > 0 } named && !product.Title.Contains(named, StringComparison.OrdinalIgnoreCase) ? named : null;
        var text = string.Join(' ', new[] { product.Title, brand, product.Category?.Replace('|', ' '), product.Description }.Where(part => !string.IsNullOrWhiteSpace(part)));
        return text.Length <= Longest ? text : text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)];
    }
}
