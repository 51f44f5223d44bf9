namespace ModelOps.Contracts.Access;

/// <summary>A key of a store. The key itself is nowhere: only its SHA-256 is kept.</summary>
/// <param name="Name">Whose or what for; stands in histories as who acted.</param>
/// <param name="Role">One of <see cref="RoleName.OfKeys"/>.</param>
/// <param name="Beginning">Of the key, to tell it from others.</param>
/// <param name="Origins">Of a publishable key: the pages that may use it, as <c>https://www.shop.example</c>.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="Replaces">The key that it was made in place of.</param>
public sealed record ApiKey(
    Guid Id,
    string Name,
    string Role,
    string Beginning,
    IReadOnlyList<string> Origins,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    string? RevokedBy,
    Guid? Replaces);

/// <param name="Days">How long it works; null for as long as nobody revokes it.</param>
/// <param name="Origins">For a publishable key.</param>
public sealed record NewApiKey(string Name, string Role, double? Days = null, IReadOnlyList<string>? Origins = null);

/// <summary>A key that was just made. <paramref name="Key"/> is shown this once.</summary>
public sealed record CreatedApiKey(ApiKey ApiKey, string Key);

/// <param name="OverlapHours">How long the old key works on beside the new one.</param>
/// <param name="Days">How long the new key works; null as long as the old one was meant to.</param>
public sealed record KeyRotation(double OverlapHours = 24, double? Days = null);

/// <summary>A key as services know it.</summary>
/// <param name="Sha256">Of the key, in hexadecimal.</param>
public sealed record KeyGrant(string Sha256, StoreId Store, string Role, string Name, DateTimeOffset? ExpiresAt, IReadOnlyList<string> Origins);
