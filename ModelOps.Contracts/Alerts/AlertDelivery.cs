using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Alerts;

[JsonConverter(typeof(JsonStringEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    /// <summary>To be sent, or to be tried again.</summary>
    [JsonStringEnumMemberName("pending")] Pending,
    [JsonStringEnumMemberName("delivered")] Delivered,

    /// <summary>Given up after the last attempt.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>One message to one channel.</summary>
/// <param name="Id">The message's id at the receiver (<c>webhook-id</c>, <c>Message-ID</c>), the same in every attempt.</param>
/// <param name="Status"><c>firing</c>, <c>resolved</c> or <c>test</c>.</param>
/// <param name="Attempts">What came of each, oldest first.</param>
public sealed record AlertDelivery(
    Guid Id,
    string Route,
    string Channel,
    string Status,
    IReadOnlyList<Guid> Alerts,
    DeliveryState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? DeliveredAt,
    IReadOnlyList<DeliveryAttempt> Attempts);

/// <param name="Error">Null where the receiver took the message.</param>
public sealed record DeliveryAttempt(DateTimeOffset Time, string? Error);

/// <summary>Asks for a test message through every channel of a route.</summary>
public sealed record AlertTestRequest(string? Route);
