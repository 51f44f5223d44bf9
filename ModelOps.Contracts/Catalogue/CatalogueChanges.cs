namespace ModelOps.Contracts.Catalogue;

/// <summary>What has changed of products since the deployed model's catalogue was made.</summary>
/// <param name="Items">At most 1,000; a bad one is refused by its index, the others are kept.</param>
public sealed record CatalogueBatch(IReadOnlyList<CatalogueItemChange>? Items);

/// <param name="Id">The shop's product id.</param>
/// <param name="Price">In the shop's currency; absent leaves it as it is.</param>
/// <param name="Availability">Google Merchant's word: <c>in_stock</c>, <c>out_of_stock</c>, <c>preorder</c> or <c>backorder</c>; absent leaves it as it is.</param>
/// <param name="Time">When it changed; the server's clock when absent. An older change than the one known changes nothing.</param>
public sealed record CatalogueItemChange(string? Id, double? Price = null, string? Availability = null, DateTimeOffset? Time = null);

public sealed record CatalogueReceipt(int Accepted, IReadOnlyList<RejectedChange> Rejected);

public sealed record RejectedChange(int Index, string Reason);
