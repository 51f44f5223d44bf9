namespace ModelOps.Registry.Artifacts;

/// <summary>A file of a version; its bytes lie in blob storage under their hash.</summary>
internal sealed class FileRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string Path { get; init; }
    public required string Sha256 { get; set; }
    public required long Bytes { get; set; }
}
