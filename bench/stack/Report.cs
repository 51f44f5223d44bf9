using System.Globalization;

namespace ModelOps.Bench.Stack;

/// <summary>What was measured beside what is aimed at, and how busy the machine was meanwhile.</summary>
internal sealed class Report
{
    private const double MemoryTarget = 2.5e9;
    private readonly List<(string What, string Measured, string Target, bool IsMet)> rows = [];

    public void Add(string what, TimeSpan measured, TimeSpan target) =>
        Add(what, $"{measured.TotalSeconds:0.0} s", $"{target.TotalSeconds:0} s", measured <= target);

    public void Add(string what, IReadOnlyList<StackProcess> processes)
    {
        foreach (var process in processes.OrderByDescending(process => process.Pss))
            Console.WriteLine($"{process.Pss / 1e6,8:0} MB  {process.Name}");
        var pss = processes.Sum(process => process.Pss);
        Add($"{what} (Pss of {processes.Count} processes)", $"{pss / 1e9:0.00} GB", $"{MemoryTarget / 1e9:0.0} GB", pss <= MemoryTarget);
    }

    private void Add(string what, string measured, string target, bool isMet)
    {
        rows.Add((what, $"{measured} (load {Load()})", target, isMet));
        Console.WriteLine($"== {what}: {measured}");
    }

    /// <returns>1 when a target was missed.</returns>
    public int Print()
    {
        Console.WriteLine($"\n{Environment.ProcessorCount} processors; the load is the average of the last minute when each was measured.");
        foreach (var (what, measured, target, isMet) in rows)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-62} {measured,-22} target {target}{(isMet ? "" : "  MISSED")}"));
        return rows.TrueForAll(row => row.IsMet) ? 0 : 1;
    }

    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
