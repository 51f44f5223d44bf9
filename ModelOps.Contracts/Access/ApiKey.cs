namespace ModelOps.Contracts.Access;

/// <summary>A key of a store. The key itself is nowhere: only its SHA-256 is kept.</summary>
/// <param name="Name">Whose or what for; stands in histories as who acted.</param>
/// <param name="Role">One of <see cref="RoleName.OfKeys"/>.</param>
/// <param name="Beginning">Of the key, to tell it from others.</param>
/// <param name="Origins">Of a publishable key: the pages that may use it, as <c>https://www.shop.example</c>.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="Replaces">The key that it was made in place of.</param>
/// <param name="Limits">How much may be asked with it; null for no limit.</param>
/// <param name="CallsToday">Since midnight UTC, as the services told it last.</param>
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
    Guid? Replaces,
    KeyLimits? Limits = null,
    long CallsToday = 0);

/// <summary>How much a key may ask of each replica of a service, and of all together in a day. What is null has no limit.</summary>
/// <param name="PerSecond">Calls a second, on average; more than 0.</param>
/// <param name="Burst">Calls at once after a quiet time; as many as <paramref name="PerSecond"/> where it is null.</param>
/// <param name="PerDay">Calls in a day, in UTC.</param>
public sealed record KeyLimits(double? PerSecond = null, int? Burst = null, long? PerDay = null);

/// <param name="Days">How long it works; null for as long as nobody revokes it.</param>
/// <param name="Origins">For a publishable key.</param>
/// <param name="Limits">How much may be asked with it; null for no limit.</param>
public sealed record NewApiKey(string Name, string Role, double? Days = null, IReadOnlyList<string>? Origins = null, KeyLimits? Limits = null);

/// <summary>A key that was just made. <paramref name="Key"/> is shown this once.</summary>
public sealed record CreatedApiKey(ApiKey ApiKey, string Key);

/// <param name="OverlapHours">How long the old key works on beside the new one.</param>
/// <param name="Days">How long the new key works; null as long as the old one was meant to.</param>
public sealed record KeyRotation(double OverlapHours = 24, double? Days = null);

/// <summary>A key as services know it.</summary>
/// <param name="Sha256">Of the key, in hexadecimal.</param>
public sealed record KeyGrant(string Sha256, StoreId Store, string Role, string Name, DateTimeOffset? ExpiresAt, IReadOnlyList<string> Origins, KeyLimits? Limits = null);

/// <summary>What a process has answered with each key so far this day. A later report replaces the one before, so that a repetition counts nothing twice.</summary>
/// <param name="Reporter">The process.</param>
/// <param name="Day">In UTC.</param>
/// <param name="Calls">By the key's SHA-256.</param>
public sealed record KeyUsageReport(Guid Reporter, DateOnly Day, IReadOnlyDictionary<string, long> Calls);
