namespace ModelOps.ServiceDefaults.Access;

/// <summary>A key that stands in a shop's pages for everybody to read: it sends events and asks for recommendations, and nothing else.</summary>
public sealed class PublishableKey
{
    /// <summary>At least 16 characters outside Development.</summary>
    public required string Key { get; init; }

    /// <summary>The pages' origins, as <c>https://www.shop.example</c>. None: no browser may use the key.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Null when each origin is one: a scheme, a host, perhaps a port.</summary>
    public static string? WrongOrigin(IEnumerable<string> origins) => origins.FirstOrDefault(origin =>
        !Uri.TryCreate(origin, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https") || !string.Equals(parsed.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase));
}
