using System.Globalization;

namespace ModelOps.Bench.Dashboard;

/// <summary>Processor time of a local stack's services, by the name of their assembly, from /proc.</summary>
internal static class Processors
{
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK), which Linux has at 100 for programs

    public static IReadOnlyDictionary<string, double> Seconds()
    {
        var seconds = new Dictionary<string, double>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
                if (command.FirstOrDefault(part => part.EndsWith(".dll", StringComparison.Ordinal) && Path.GetFileName(part).StartsWith("ModelOps.", StringComparison.Ordinal)) is not { } assembly || assembly.Contains("Bench", StringComparison.Ordinal))
                    continue;
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                var name = Path.GetFileNameWithoutExtension(assembly)["ModelOps.".Length..];
                seconds[name] = seconds.GetValueOrDefault(name) + (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }
        return seconds;
    }
}
