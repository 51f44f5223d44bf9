namespace ModelOps.Registry.Artifacts;

/// <summary>A file of a pending version that arrives in parts; its bytes are blocks of one blob until it is whole.</summary>
internal sealed class PartialFileRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string Path { get; init; }

    /// <summary>Names the blob, so that one that begins anew has nothing to do with the one before.</summary>
    public required Guid Id { get; init; }

    /// <summary>That have arrived.</summary>
    public required long Bytes { get; set; }

    /// <summary>The blocks that count, in order.</summary>
    public required List<string> Blocks { get; set; }

    public string Blob => $"{Store}/partial/{Id}";
}
