namespace ModelOps.Contracts.Predictions;

/// <summary>Asks for products for a shopper. Either <paramref name="User"/> or <paramref name="History"/> may be absent; both absent gives the popular ones.</summary>
/// <param name="User">The shop's own id of the shopper; unknown ones get the popular products.</param>
/// <param name="History">Product ids, oldest first; used instead of the user's own.</param>
/// <param name="Count">1 to 200.</param>
/// <param name="Model">A registered model, its <c>champion</c> answers.</param>
/// <param name="Exclude">Product ids that must not come.</param>
/// <param name="Filter">Only products that match.</param>
/// <param name="Session">Tells visitors without an account apart, so that one sees the same arm of a rollout throughout.</param>
/// <param name="DeadlineMs">After how many milliseconds the answer is of no use any more; the header <c>x-request-timeout-ms</c> goes before it.</param>
public sealed record RecommendationRequest(
    string? User = null,
    IReadOnlyList<string>? History = null,
    int Count = 10,
    string? Model = null,
    IReadOnlyList<string>? Exclude = null,
    RecommendationFilter? Filter = null,
    string? Session = null,
    int? DeadlineMs = null);

/// <param name="Category">A category or the beginning of its path.</param>
public sealed record RecommendationFilter(string? Category = null, string? Brand = null, double? MinPrice = null, double? MaxPrice = null);

/// <param name="Token">Send it back with events that follow from this answer.</param>
/// <param name="Cached">True when the answer was kept from an earlier call.</param>
/// <param name="Arm">The rollout's arm that answered; <c>champion</c> outside a rollout.</param>
public sealed record RecommendationResponse(IReadOnlyList<RecommendedItem> Items, ModelReference Model, string Token, bool Cached, string Arm);

/// <param name="Reason">Why it is here: <c>model</c>, <c>popular</c>, or more specific.</param>
public sealed record RecommendedItem(string Id, double Score, string Reason);

/// <param name="Version">0 while no version is deployed.</param>
public sealed record ModelReference(string Name, int Version);
