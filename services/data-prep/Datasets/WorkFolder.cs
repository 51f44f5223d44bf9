namespace ModelOps.DataPrep.Datasets;

/// <summary>A folder on local disk for one upload or preparation, gone afterwards. What a killed process left is removed at the next start.</summary>
internal sealed class WorkFolder : IDisposable
{
    private static readonly string Root = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "modelops-data-prep");

    public WorkFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(Root, $"{Environment.ProcessId}-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public static void RemoveOrphans()
    {
        foreach (var folder in Directory.Exists(Root) ? Directory.GetDirectories(Root) : [])
        {
            var owner = System.IO.Path.GetFileName(folder).Split('-')[0];
            if (int.TryParse(owner, out var process) && process != Environment.ProcessId && !File.Exists($"/proc/{process}/stat"))
                Directory.Delete(folder, recursive: true);
        }
    }
}
