using System.Globalization;

namespace ModelOps.Bench.Stack;

/// <summary>A process of the stack with its share of physical memory.</summary>
/// <param name="StartTime">In clock ticks since boot: a pid is used again, with another start time.</param>
/// <param name="Pss">Bytes: its own pages, and of each shared page its part (<c>Pss</c> of <c>smaps_rollup</c>).</param>
internal sealed record StackProcess(int Id, string Name, string StartTime, long Pss)
{
    public bool IsAlive => Read(Id) is { State: not "Z" } now && now.StartTime == StartTime;

    /// <summary>The process and all that descend from it.</summary>
    public static IReadOnlyList<StackProcess> TreeOf(int root)
    {
        var all = Directory.GetDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? Read(id) : null).OfType<Stat>().ToList();
        var tree = all.Where(stat => stat.Id == root).ToList();
        for (var next = 0; next < tree.Count; next++)
            tree.AddRange(all.Where(stat => stat.Parent == tree[next].Id));
        return [.. tree.Select(stat => new StackProcess(stat.Id, NameOf(stat), stat.StartTime, PssOf(stat.Id)))];
    }

    /// <summary>A .NET service is named by its assembly, anything else by its program.</summary>
    private static string NameOf(Stat stat)
    {
        var words = File.ReadAllText($"/proc/{stat.Id}/cmdline").Split('\0');
        return Path.GetFileName(words.FirstOrDefault(word => word.EndsWith(".dll", StringComparison.Ordinal) || word.EndsWith(".js", StringComparison.Ordinal)) ?? words[0].Split(':')[0]);
    }

    private static long PssOf(int id) =>
        long.Parse(File.ReadLines($"/proc/{id}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal))[4..^2], CultureInfo.InvariantCulture) * 1024;

    private static Stat? Read(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' '); // the name before may hold anything
            return new Stat(id, fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), fields[19]);
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }

    private sealed record Stat(int Id, string State, int Parent, string StartTime);
}
