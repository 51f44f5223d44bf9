using System.Globalization;

namespace ModelOps.AppHost.LocalEngine.Processes;

/// <summary>A process as the kernel lists it. Its id may be used again; together with the start time it is unique.</summary>
internal sealed record ProcessEntry(int Id, int ParentId, int Group, long StartTime)
{
    public static ProcessEntry? Read(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // The name in parentheses may hold spaces and parentheses of its own: fields count from the last one.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new ProcessEntry(id, Number(fields[1]), Number(fields[2]), long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static IReadOnlyList<ProcessEntry> All() =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? Read(id) : null)
            .OfType<ProcessEntry>()];

    public bool IsAlive => Read(Id)?.StartTime == StartTime;

    /// <summary>The processes that <paramref name="roots"/> started, and theirs, and whoever shares a root's process group.</summary>
    public static IReadOnlyList<ProcessEntry> FamiliesOf(IReadOnlyCollection<int> roots)
    {
        var all = All();
        var known = roots.ToHashSet();
        for (var before = -1; before != known.Count;)
        {
            before = known.Count;
            foreach (var process in all.Where(process => known.Contains(process.ParentId) || roots.Contains(process.Group)))
                known.Add(process.Id);
        }
        known.Remove(Environment.ProcessId);
        return [.. all.Where(process => known.Contains(process.Id))];
    }

    /// <summary>Whether the process was started with this variable. False where its environment cannot be read.</summary>
    public bool HasVariable(string name, string value)
    {
        try
        {
            return File.ReadAllText($"/proc/{Id}/environ").Split('\0').Contains($"{name}={value}");
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public bool WorksIn(string folder)
    {
        try
        {
            return new FileInfo($"/proc/{Id}/cwd").LinkTarget == folder;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
