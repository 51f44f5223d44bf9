using System.Diagnostics;
using System.Globalization;

namespace ModelOps.Bench.Serving;

/// <summary>What the kernel knows of a process.</summary>
internal static class Measured
{
    private const double TicksPerSecond = 100;

    /// <summary>User and system time.</summary>
    public static double CpuSeconds(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    public static double ResidentMegabytes(int process) =>
        double.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^2], CultureInfo.InvariantCulture) / 1024;

    /// <summary>Binds every thread of a process to one processor.</summary>
    public static void Pin(int process, int processor)
    {
        using var taskset = Process.Start(new ProcessStartInfo("taskset", ["-a", "-c", "-p", $"{processor}", $"{process}"]) { RedirectStandardOutput = true })!;
        taskset.WaitForExit();
        if (taskset.ExitCode != 0)
            throw new InvalidOperationException($"taskset ended with {taskset.ExitCode}.");
    }
}
