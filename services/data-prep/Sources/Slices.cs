namespace ModelOps.DataPrep.Sources;

/// <summary>Where a file's readable copy lies, and how long its slices may become. A slice ends with a row, so it is a little longer.</summary>
/// <param name="Bytes">Of text; without a limit the copy is one file.</param>
internal sealed record Slices(string Path, long Bytes = long.MaxValue)
{
    private readonly List<string> paths = [];

    /// <summary>Told of each slice that is whole, in their order, while the file is still being read. Only of formats whose columns are known before the rows.</summary>
    public Action<CanonicalFile>? IsWhole { get; init; }

    public IReadOnlyList<string> Paths => paths;

    /// <summary>The path of the next slice.</summary>
    public string Next()
    {
        paths.Add(paths.Count == 0 ? Path : $"{Path}-{paths.Count:D5}");
        return paths[^1];
    }
}
