using ModelOps.Contracts.Signing;

namespace ModelOps.Registry.Signing;

/// <summary>A key that signs, or signed. The one with the highest number is the present one.</summary>
internal sealed class SigningKeyRow
{
    public required int Number { get; init; }
    public required string KeyId { get; init; }
    public required string PublicKey { get; init; }

    /// <summary>PEM; null where the configuration has it.</summary>
    public required string? PrivateKey { get; init; }
    public required DateTimeOffset Since { get; init; }
    public required string? EndorsedBy { get; init; }
    public required string? Endorsement { get; init; }

    public SigningKey ToContract(bool isCurrent) => new(KeyId, PublicKey, Since, isCurrent, EndorsedBy, Endorsement);
}
