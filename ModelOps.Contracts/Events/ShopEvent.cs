using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Events;

/// <summary>What a shopper did, in GA4's words. <see cref="EventNames"/> lists the names; Google Retail's are accepted for the same things.</summary>
/// <param name="Id">Unique per store; a second event of the same id changes nothing. Made up by the server when absent.</param>
/// <param name="Name">For example <c>view_item</c> or <c>purchase</c>.</param>
/// <param name="User">The shop's own id of the shopper.</param>
/// <param name="Session">The visit, for shoppers without an account.</param>
/// <param name="Time">When it happened, with offset; the server's clock when absent.</param>
/// <param name="Items">The products concerned.</param>
/// <param name="Token">The attribution token of the prediction that led here.</param>
public sealed record ShopEvent(
    string? Id,
    string? Name,
    string? User,
    string? Session,
    DateTimeOffset? Time,
    IReadOnlyList<EventItem>? Items,
    string? Token);

/// <summary>A product within an event, as GA4 has it.</summary>
/// <param name="ItemId">The shop's product id.</param>
/// <param name="Quantity">Pieces; 1 when absent.</param>
/// <param name="Price">Price of one piece in the shop's currency.</param>
/// <param name="Index">The position at which it was shown, from 0.</param>
public sealed record EventItem(
    [property: JsonPropertyName("item_id")] string ItemId,
    [property: JsonPropertyName("quantity")] int? Quantity = null,
    [property: JsonPropertyName("price")] decimal? Price = null,
    [property: JsonPropertyName("index")] int? Index = null);

public sealed record EventBatch(IReadOnlyList<ShopEvent>? Events);

/// <summary>What became of a batch: how many events are durably kept, and which were refused and why.</summary>
public sealed record EventReceipt(int Accepted, IReadOnlyList<RejectedEvent> Rejected);

public sealed record RejectedEvent(int Index, string Reason);
