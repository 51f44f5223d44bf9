namespace ModelOps.Contracts.Predictions;

/// <summary>A product as the deployed package's catalogue has it.</summary>
public sealed record Product(string Id, string? Title, string? Brand, string? Category, double? Price, bool Available);

/// <summary>What inference knows of a shopper right now: packaged and newer events, oldest first.</summary>
public sealed record ShopperHistory(string User, IReadOnlyList<string> Items);
