using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Versions;

/// <summary>The value of a tag of a model or a version.</summary>
public sealed record TagValue([property: JsonRequired] string Value);

/// <summary>What people say of a model or a version.</summary>
public sealed record DescriptionRequest([property: JsonRequired] string Description);

/// <summary>Tags that say where a version comes from. They are announced with it and do not change.</summary>
public static class LineageTags
{
    public const string Dataset = "dataset", DatasetVersion = "dataset_version", Application = "application", Architecture = "architecture", ImportedFrom = "imported_from";

    public static IReadOnlyList<string> All { get; } = [Dataset, DatasetVersion, Architecture, ImportedFrom];
}
