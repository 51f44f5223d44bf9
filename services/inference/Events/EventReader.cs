using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;

namespace ModelOps.Inference.Events;

/// <summary>Reads events one by one, so that a bad one is refused by its index and the others are kept.</summary>
internal static class EventReader
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromDays(1);

    /// <param name="oldest">Events of a greater age are refused.</param>
    /// <returns>The event, or why it cannot be kept.</returns>
    public static (LoggedEvent? Event, string? Reason) Read(JsonElement element, StoreId store, DateTimeOffset now, TimeSpan oldest)
    {
        ShopEvent? shopEvent;
        try
        {
            shopEvent = element.Deserialize<ShopEvent>(JsonSerializerOptions.Web);
        }
        catch (JsonException exception)
        {
            return (null, $"{exception.Path?.TrimStart('$', '.')}: the value has the wrong type.");
        }
        return shopEvent is null ? (null, "The event is null.") : Check(shopEvent, store, now, oldest);
    }

    private static (LoggedEvent? Event, string? Reason) Check(ShopEvent shopEvent, StoreId store, DateTimeOffset now, TimeSpan oldest)
    {
        if (string.IsNullOrEmpty(shopEvent.Name))
            return (null, "'name' is missing.");
        if (EventNames.Canonical(shopEvent.Name) is not { } name)
            return (null, $"'{shopEvent.Name}' is no known event. Known: {string.Join(", ", EventNames.Accepted.Values.Distinct())}, and Google Retail's names for the same.");
        if (string.IsNullOrEmpty(shopEvent.User) && string.IsNullOrEmpty(shopEvent.Session))
            return (null, "'user' and 'session' are both missing; one of them must say whose event it is.");
        var needsItems = name is EventNames.View or EventNames.AddToWishlist or EventNames.AddToCart or EventNames.RemoveFromCart or EventNames.Purchase;
        if (needsItems && shopEvent.Items is not { Count: > 0 })
            return (null, $"'items' is empty; {name} concerns at least one product.");
        if (shopEvent.Items?.Any(item => string.IsNullOrEmpty(item?.ItemId)) == true)
            return (null, "An item has no 'item_id'.");
        if (shopEvent.Items?.Any(item => item.Quantity <= 0) == true)
            return (null, "An item's 'quantity' is not positive.");
        var time = shopEvent.Time ?? now;
        if (time > now + ClockTolerance)
            return (null, $"'time' {time:O} is more than a day from now.");
        if (time < now - oldest)
            return (null, $"'time' {time:O} is more than {oldest.Days} days ago. Import history as a dataset.");
        return (new LoggedEvent(store, shopEvent.Id ?? Guid.CreateVersion7().ToString("N"), name, Named(shopEvent.User), Named(shopEvent.Session), time.ToUniversalTime(), shopEvent.Items ?? [], shopEvent.Token), null);
    }

    /// <summary>An empty id is nobody's: it must not gather everybody who has none.</summary>
    private static string? Named(string? id) => string.IsNullOrEmpty(id) ? null : id;
}
