using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;

namespace ModelOps.Registry.Versions;

internal sealed class VersionRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string IdempotencyKey { get; init; }
    public required Guid? RunId { get; init; }
    public required Dictionary<string, double> Metrics { get; init; }
    public required Dictionary<string, string> Tags { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public VersionStatus Status { get; set; }
    public string? ManifestSha256 { get; set; }
    public string? SignatureKeyId { get; set; }
    public string? Signature { get; set; }
    public string? Error { get; set; }
    public string Description { get; set; } = "";
    public VersionOrigin? Origin { get; init; }

    /// <summary>Since when its files may go.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }

    public ModelVersion ToContract() => new(
        Model, Version, Status, Metrics, Tags, RunId, ManifestSha256, CreatedAt, Error, SignatureKeyId is { } key && Signature is { } value ? new PackageSignature(key, value) : null, Description);
}
