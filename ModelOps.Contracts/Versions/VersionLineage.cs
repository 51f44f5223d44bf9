using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Signing;

namespace ModelOps.Contracts.Versions;

/// <summary>What a version was made of, and where it has been.</summary>
/// <param name="RunId">The training run that made it.</param>
/// <param name="Children">Versions of the same model that began with this one's weights.</param>
/// <param name="Aliases">Where it was deployed, newest first.</param>
/// <param name="Rollouts">Those that it took part in, newest first.</param>
public sealed record VersionLineage(
    string Model,
    int Version,
    Guid? RunId,
    VersionOrigin Origin,
    IReadOnlyList<int> Children,
    IReadOnlyList<AliasPeriod> Aliases,
    IReadOnlyList<Rollout> Rollouts);

/// <summary>What whoever announced a version knows of its making; what is null is not known, or was not there.</summary>
/// <param name="Parent">The version of the same model whose weights the training began with.</param>
/// <param name="Imported">For a version that another registry has exported.</param>
/// <param name="Base">The version of another model, such as a published checkpoint, that the training began with.</param>
public sealed record VersionOrigin(DatasetOrigin? Dataset = null, int? Parent = null, TrialsOrigin? Trials = null, ImportOrigin? Imported = null, BaseOrigin? Base = null);

public sealed record BaseOrigin(string Model, int Version);

/// <param name="Sources">The files that the dataset version was made of.</param>
public sealed record DatasetOrigin(string Name, int Version, IReadOnlyList<SourceLineage>? Sources = null);

/// <summary>What a search tried before the training.</summary>
/// <param name="Chosen">The trial whose setting was trained with.</param>
public sealed record TrialsOrigin(int Tried, int Chosen);

/// <summary>The version of another registry that this one was before.</summary>
/// <param name="IsTrusted">Whether its signature is of a key that this registry trusts; else it only says that the archive is whole.</param>
public sealed record ImportOrigin(string Model, int Version, string ManifestSha256, PackageSignature Signature, bool IsTrusted, DateTimeOffset At, string By);

/// <summary>A time in which an alias stood for a version.</summary>
/// <param name="Until">Null while it does.</param>
/// <param name="By">Who moved it there.</param>
public sealed record AliasPeriod(string Alias, DateTimeOffset From, DateTimeOffset? Until, string By, string Reason);
