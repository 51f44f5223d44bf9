namespace ModelOps.Trainer.Imports;

/// <summary>The files of an import: as parts of an upload, as blobs, and in a run's folder.</summary>
public static class ImportFiles
{
    /// <summary>The folder beside a run's dataset.</summary>
    public const string Folder = "import";

    public const string Weights = "model.safetensors";

    /// <summary>A <see cref="CheckpointDescription"/>.</summary>
    public const string Architecture = "architecture.json";

    /// <summary>An item id a line, from row 1 of the item table; without it the ids are 1, 2, 3…</summary>
    public const string Items = "items.txt";

    public static IReadOnlyDictionary<string, string> ByPart { get; } = new Dictionary<string, string> { ["weights"] = Weights, ["architecture"] = Architecture, ["items"] = Items };
}
