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

    public ApiKey ToContract() => new(Id, Name, Role, Beginning, Origins, CreatedAt, CreatedBy, ExpiresAt, RevokedAt, RevokedBy, Replaces);

    public KeyGrant ToGrant() => new(Sha256, new StoreId(Store), Role, Name, ExpiresAt, Origins);
}
