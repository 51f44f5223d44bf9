using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Predictions;

/// <summary>What is asked for; <see cref="RecommendationRequest.Kind"/>.</summary>
public static class RecommendationKind
{
    /// <summary>What the shopper may want next, from what they did. The default.</summary>
    public const string ForYou = "for-you";

    /// <summary>What fits beside a cart: the shopper's history goes on with its products.</summary>
    public const string Cart = "cart";

    /// <summary>Instead of a product: what shoppers looked at or bought near it.</summary>
    public const string Similar = "similar";

    /// <summary>Beside products: what was bought on the same day by the same shoppers.</summary>
    public const string BoughtTogether = "bought-together";

    /// <summary>What most shoppers choose.</summary>
    public const string Popular = "popular";

    public static IReadOnlyList<string> All { get; } = [ForYou, Cart, Similar, BoughtTogether, Popular];
}

/// <summary>Asks for products. Without a user, a session, a history and products, the popular ones come.</summary>
/// <param name="User">The shop's own id of the shopper; unknown ones get the popular products.</param>
/// <param name="History">Product ids, oldest first; used instead of the user's own.</param>
/// <param name="Count">1 to 200.</param>
/// <param name="Model">A registered model, its <c>champion</c> answers.</param>
/// <param name="Exclude">Product ids that must not come.</param>
/// <param name="Filter">Only products that match.</param>
/// <param name="Session">The visit of a shopper without an account: its events are the history, and it sees the same arm of a rollout throughout.</param>
/// <param name="Kind">One of <see cref="RecommendationKind"/>; <c>for-you</c> when absent.</param>
/// <param name="Products">What the kinds <c>cart</c>, <c>similar</c> and <c>bought-together</c> are about. <c>similar</c> and <c>bought-together</c> without it take the last product of the history.</param>
/// <param name="Diversity">0 to 1: how much variety in category and brand may cost in score; the store's rules say it when absent.</param>
/// <param name="DeadlineMs">After how many milliseconds the answer is of no use any more; the header <c>x-request-timeout-ms</c> goes before it.</param>
/// <param name="Placement">The page or shelf that it is for, at most 64 characters: quality is counted by it. The kind when absent.</param>
public sealed record RecommendationRequest(
    string? User = null,
    IReadOnlyList<string>? History = null,
    int Count = 10,
    string? Model = null,
    IReadOnlyList<string>? Exclude = null,
    RecommendationFilter? Filter = null,
    string? Session = null,
    string? Kind = null,
    IReadOnlyList<string>? Products = null,
    double? Diversity = null,
    int? DeadlineMs = null,
    string? Placement = null) : IHasDeadline;

/// <summary>A product comes only where all that is given holds.</summary>
/// <param name="Category">A category or the beginning of its path.</param>
/// <param name="Categories">Any of several.</param>
/// <param name="NotCategories">None of these.</param>
/// <param name="Brands">Any of several.</param>
/// <param name="MinPrice">Of the price as the shop last told it.</param>
/// <param name="NotBought">Nothing that the shopper has bought, also where the model would recommend it again.</param>
public sealed record RecommendationFilter(
    string? Category = null,
    string? Brand = null,
    double? MinPrice = null,
    double? MaxPrice = null,
    IReadOnlyList<string>? Categories = null,
    IReadOnlyList<string>? NotCategories = null,
    IReadOnlyList<string>? Brands = null,
    bool NotBought = false);

/// <param name="Token">Send it back with events that follow from this answer.</param>
/// <param name="Cached">True when the answer was kept from an earlier call.</param>
/// <param name="Arm">The rollout's arm that answered; <c>champion</c> outside a rollout.</param>
public sealed record RecommendationResponse(IReadOnlyList<RecommendedItem> Items, ModelReference Model, string Token, bool Cached, string Arm);

/// <param name="Reason">Why it is here: <c>model</c>, <c>popular</c>, or more specific.</param>
/// <param name="Because">The product of the shopper's history, or of the request, beside which shoppers chose this one. Absent where the data show none.</param>
/// <param name="Rules">The store's rules that moved it.</param>
/// <param name="Propensity">With which probability it was to be at this place; absent for 1.</param>
public sealed record RecommendedItem(
    string Id,
    double Score,
    string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Because = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Rules = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Propensity = null);

/// <param name="Version">0 while no version is deployed.</param>
public sealed record ModelReference(string Name, int Version);

/// <summary>Many requests in one call, each answered for itself.</summary>
/// <param name="Requests">At most 100.</param>
public sealed record RecommendationBatch(IReadOnlyList<RecommendationRequest>? Requests);

/// <summary>In the order of the requests.</summary>
public sealed record RecommendationBatchResponse(IReadOnlyList<RecommendationResponse> Answers);

/// <summary>The champion's answers to requests that nobody sees now, in their order.</summary>
public sealed record BulkResponse(ModelReference Model, IReadOnlyList<IReadOnlyList<RecommendedItem>> Answers);

/// <summary>A page of several shelves, none of which repeats a product of an earlier one.</summary>
/// <param name="Shelves">At most 20, from the top.</param>
/// <param name="Exclude">Product ids that must not come on any shelf.</param>
/// <param name="Name">Of the page, as <c>home</c>: a shelf's placement is <c>page/shelf</c>, at most 64 characters.</param>
public sealed record PageRequest(
    string? User, string? Session, IReadOnlyList<ShelfRequest>? Shelves, string? Model = null, IReadOnlyList<string>? Exclude = null, string? Name = null);

/// <param name="Name">Comes back with the shelf.</param>
public sealed record ShelfRequest(
    string? Name = null,
    string? Kind = null,
    int Count = 10,
    IReadOnlyList<string>? Products = null,
    RecommendationFilter? Filter = null,
    double? Diversity = null);

public sealed record PageResponse(IReadOnlyList<Shelf> Shelves);

/// <param name="Answer">With a token of its own.</param>
public sealed record Shelf(string Name, string Kind, RecommendationResponse Answer);
