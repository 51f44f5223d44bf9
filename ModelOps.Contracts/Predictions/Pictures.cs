using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Predictions;

/// <summary>What is asked for beside the picture or product that others should look like.</summary>
/// <param name="Count">1 to 200.</param>
/// <param name="Model">A registered model, its <c>champion</c> answers.</param>
/// <param name="Categories">Any of these, or below one.</param>
/// <param name="MinPrice">Of the price as the shop last told it.</param>
/// <param name="Available">False shows what is sold out too; absent and true leave it out.</param>
/// <param name="User">The shop's own id of the shopper, who sees the same arm of a rollout throughout; or the visit's, <paramref name="Session"/>.</param>
public sealed record PictureSearchRequest(
    int Count = 10,
    string? Model = null,
    IReadOnlyList<string>? Categories = null,
    IReadOnlyList<string>? Brands = null,
    double? MinPrice = null,
    double? MaxPrice = null,
    bool? Available = null,
    string? User = null,
    string? Session = null);

/// <param name="Items">The most alike first.</param>
/// <param name="Token">Send it back with events that follow from this answer.</param>
public sealed record PictureSearchResponse(IReadOnlyList<PictureHit> Items, ModelReference Model, string Token, string Arm);

/// <param name="Score">How alike it looks: the cosine of the pictures' vectors, at most 1.</param>
/// <param name="Price">As the shop last told it.</param>
/// <param name="Picture">Where a small picture of it is; absent where the package has none.</param>
public sealed record PictureHit(
    string Id,
    double Score,
    string Title,
    string? Brand,
    string? Category,
    double? Price,
    bool Available,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Picture = null);
