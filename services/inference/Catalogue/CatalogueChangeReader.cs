using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Catalogue;
using ModelOps.EventLog;

namespace ModelOps.Inference.Catalogue;

/// <summary>Reads changes one by one, so that a bad one is refused by its index and the others are kept.</summary>
internal static class CatalogueChangeReader
{
    private const int MaxId = 500;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5); // a later one would keep out what comes meanwhile

    /// <summary>Google Merchant's words, also with spaces as its feeds have them, and whether such a product is sold.</summary>
    private static readonly Dictionary<string, bool> Availabilities = new(StringComparer.OrdinalIgnoreCase)
    {
        ["in_stock"] = true,
        ["preorder"] = true,
        ["backorder"] = true,
        ["out_of_stock"] = false,
    };

    /// <returns>The change, or why it cannot be kept.</returns>
    public static (ProductState? Change, string? Reason) Read(JsonElement element, StoreId store, DateTimeOffset now)
    {
        CatalogueItemChange? change;
        try
        {
            change = element.Deserialize<CatalogueItemChange>(JsonSerializerOptions.Web);
        }
        catch (JsonException exception)
        {
            return (null, $"{exception.Path?.TrimStart('$', '.')}: the value has the wrong type.");
        }
        if (change is null)
            return (null, "The item is null.");
        if (string.IsNullOrEmpty(change.Id))
            return (null, "'id' is missing.");
        if (change.Id.Length > MaxId || change.Id.Contains('\0', StringComparison.Ordinal))
            return (null, $"'id' has {change.Id.Length} characters, at most {MaxId}, and none may be U+0000.");
        if (change is { Price: null, Availability: null })
            return (null, "'price' and 'availability' are both missing; one of them must say what changed.");
        if (change.Price is { } price && !(price >= 0 && double.IsFinite(price)))
            return (null, $"'price' is {price}; it must be 0 or more.");
        bool? available = null;
        if (change.Availability is { } word)
        {
            if (!Availabilities.TryGetValue(word.Trim().Replace(' ', '_'), out var sold))
                return (null, $"'availability' is '{word}'; known: {string.Join(", ", Availabilities.Keys)}.");
            available = sold;
        }
        var time = change.Time ?? now;
        return time > now + ClockTolerance
            ? (null, $"'time' {time:O} is more than five minutes from now.")
            : (new ProductState(store, change.Id, change.Price, available, change.Price is null ? null : time.ToUniversalTime(), available is null ? null : time.ToUniversalTime()), null);
    }
}
