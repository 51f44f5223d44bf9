using System.Text.Json.Serialization;
using ModelOps.Contracts.Signing;

namespace ModelOps.Contracts.Versions;

/// <summary>A model under one name: its versions, newest first, and its aliases.</summary>
/// <param name="Description">What people say of it.</param>
public sealed record RegisteredModel(
    string Name, IReadOnlyList<ModelVersion> Versions, IReadOnlyDictionary<string, int> Aliases, string Description, IReadOnlyDictionary<string, string> Tags);

/// <summary>One immutable package.</summary>
/// <param name="RunId">The training run that made it.</param>
/// <param name="ManifestSha256">Hash of <c>manifest.json</c>, once READY: it names the package's whole content.</param>
/// <param name="Tags">Where it comes from (<see cref="LineageTags"/>), and what people have noted.</param>
/// <param name="Signature">The registry's over the manifest, once READY.</param>
public sealed record ModelVersion(
    string Model,
    int Version,
    VersionStatus Status,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags,
    Guid? RunId,
    string? ManifestSha256,
    DateTimeOffset CreatedAt,
    string? Error,
    PackageSignature? Signature = null,
    string Description = "");

[JsonConverter(typeof(JsonStringEnumConverter<VersionStatus>))]
public enum VersionStatus
{
    [JsonStringEnumMemberName("PENDING_REGISTRATION")] PendingRegistration,
    [JsonStringEnumMemberName("FAILED_REGISTRATION")] FailedRegistration,
    [JsonStringEnumMemberName("READY")] Ready,

    /// <summary>Its files are removed, or soon will be; metrics and lineage stay. It cannot be deployed any more.</summary>
    [JsonStringEnumMemberName("ARCHIVED")] Archived,
}

/// <summary>Announces a version whose files follow.</summary>
/// <param name="Metrics">None where it is absent.</param>
/// <param name="Tags">Among them <see cref="LineageTags"/>; none where it is absent.</param>
public sealed record NewModelVersion(Guid? RunId, IReadOnlyDictionary<string, double>? Metrics, IReadOnlyDictionary<string, string>? Tags, VersionOrigin? Origin = null);

/// <summary>The content of a package: <c>manifest.json</c>.</summary>
public sealed record PackageManifest(string Model, int Version, IReadOnlyList<PackageFile> Files)
{
    public const string FileName = "manifest.json";
}

/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record PackageFile(string Path, long Bytes, string Sha256);

/// <summary>An alias and the version it stands for.</summary>
public sealed record AliasRequest(int Version, string? Reason, int? ExpectedVersion = null);

/// <summary>One entry of the append-only history of aliases.</summary>
public sealed record AliasChange(string Model, string Alias, int? From, int To, string By, string Reason, DateTimeOffset At);
