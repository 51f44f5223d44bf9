using ModelOps.Contracts;
using ModelOps.Contracts.Access;

namespace ModelOps.Registry.Access;

/// <summary>A key that was given; rows are never removed.</summary>
internal sealed class ApiKeyRow
{
    public Guid Id { get; init; }

    public required string Store { get; init; }

    public required string Name { get; init; }

    public required string Role { get; init; }

    /// <summary>Of the key, in hexadecimal. A key is 256 random bits: nobody finds it by trying.</summary>
    public required string Sha256 { get; init; }

    public required string Beginning { get; init; }

    public required string[] Origins { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public string? RevokedBy { get; set; }

    public Guid? Replaces { get; init; }

    public double? PerSecond { get; set; }

    public int? Burst { get; set; }

    public long? PerDay { get; set; }

    public KeyLimits? Limits
    {
        get => PerSecond is null && PerDay is null ? null : new KeyLimits(PerSecond, Burst, PerDay);
        set => (PerSecond, Burst, PerDay) = (value?.PerSecond, value?.Burst, value?.PerDay);
    }

    public ApiKey ToContract(long callsToday = 0) => new(Id, Name, Role, Beginning, Origins, CreatedAt, CreatedBy, ExpiresAt, RevokedAt, RevokedBy, Replaces, Limits, callsToday);

    public KeyGrant ToGrant() => new(Sha256, new StoreId(Store), Role, Name, ExpiresAt, Origins, Limits);
}
