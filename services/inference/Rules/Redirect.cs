namespace ModelOps.Inference.Rules;

/// <summary>A search that leads elsewhere: to a page of the shop rather than to products.</summary>
internal sealed record Redirect(string Name, WhenDefinition? When, string Address) : Rule(Name, When)
{
    /// <summary>A path of the shop, or https: nothing that a browser would run.</summary>
    public static bool IsAddress(string address) =>
        (address.StartsWith('/') && !address.StartsWith("//", StringComparison.Ordinal)) || (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps);
}
