namespace ModelOps.DataPrep.Sources;

/// <summary>Where a file's readable copy lies, and how long its slices may become. A slice ends with a row, so it is a little longer.</summary>
/// <param name="Bytes">Of text; without a limit the copy is one file.</param>
internal sealed record Slices(string Path, long Bytes = long.MaxValue)
{
    private readonly List<string> paths = [];

    public IReadOnlyList<string> Paths => paths;

    /// <summary>The path of the next slice.</summary>
    public string Next()
    {
        paths.Add(paths.Count == 0 ? Path : $"{Path}-{paths.Count:D5}");
        return paths[^1];
    }
}
