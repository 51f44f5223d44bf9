namespace ModelOps.DataPrep.Datasets;

/// <summary>A folder on local disk for one upload or preparation, gone afterwards. What a killed process left is removed at the next start.</summary>
internal sealed class WorkFolder : IDisposable
{
    /// <summary>The user's own, since another's cannot be written.</summary>
    private static readonly string Root = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"modelops-data-prep-{Environment.UserName}");

    public WorkFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = NameFor(Environment.ProcessId);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Each folder is taken over before it is removed, so that replicas which start together do not remove the same one.</summary>
    public static void RemoveOrphans()
    {
        foreach (var orphan in Directory.Exists(Root) ? Directory.GetDirectories(Root).Where(IsOrphan) : [])
        {
            var mine = NameFor(Environment.ProcessId);
            try
            {
                Directory.Move(orphan, mine);
            }
            catch (DirectoryNotFoundException)
            {
                continue; // another replica was quicker
            }
            Directory.Delete(mine, recursive: true);
        }
    }

    internal static string NameFor(int process) => System.IO.Path.Combine(Root, $"{process}-{Guid.NewGuid():N}");

    private static bool IsOrphan(string folder) =>
        int.TryParse(System.IO.Path.GetFileName(folder).Split('-')[0], out var process) && process != Environment.ProcessId && !File.Exists($"/proc/{process}/stat");
}
