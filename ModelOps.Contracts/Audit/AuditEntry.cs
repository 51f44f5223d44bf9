namespace ModelOps.Contracts.Audit;

/// <summary>A call that changed something, or was meant to.</summary>
/// <param name="Id">Of version 7, so in the order of time.</param>
/// <param name="By">The person, the key's name, or <c>automation</c>.</param>
/// <param name="Action">Method and route, as <c>PUT /v1/models/{model}/aliases/{alias}</c>.</param>
/// <param name="Path">What was called; parts that tell of a shopper are left out.</param>
/// <param name="Request">The body where it is text of at most 16 KB, and not about a shopper.</param>
/// <param name="Before">What held before, where the action says so (JSON).</param>
/// <param name="After">What holds since (JSON).</param>
/// <param name="Status">The answer's; null while the call goes on, or where the service died in it.</param>
public sealed record AuditEntry(
    Guid Id,
    DateTimeOffset Time,
    string By,
    string Role,
    string Action,
    string Path,
    string? Request,
    string? Before,
    string? After,
    int? Status,
    double? Seconds,
    string? TraceId)
{
    /// <summary>The service that was called.</summary>
    public string Service { get; init; } = "";
}
