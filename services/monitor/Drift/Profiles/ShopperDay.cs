namespace ModelOps.Monitor.Drift.Profiles;

/// <summary>What one shopper did on one day.</summary>
/// <param name="History">Events of the shopper in the days before; 0 for somebody new. Null where the log does not go back far enough to know.</param>
internal sealed record ShopperDay(int? History, IReadOnlyList<ShopAct> Acts);

/// <summary>One product of one event.</summary>
/// <param name="Category">Of the product, as the version's catalogue has it; null where it has none or does not know the product.</param>
/// <param name="IsKnown">The version knows the product.</param>
/// <param name="Group">Of products that the version's vectors have near each other.</param>
internal sealed record ShopAct(string Event, string Product, string? Category, string? Brand, double? Price, int? Quantity, int Hour, bool IsKnown, string? Group = null);

/// <summary>An answer that shoppers saw.</summary>
/// <param name="Score">Of its best product; null where the log has none.</param>
internal sealed record ShownAnswer(IReadOnlyList<ShownItem> Items, double? Score = null);

/// <param name="Popularity">Of the product when the version was trained, over the most popular one's.</param>
internal sealed record ShownItem(string Product, string? Category, double Popularity, string? Group = null);
