using System.Globalization;
using ModelOps.AppHost.LocalEngine.Commands;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>The whole stack takes about 1.2 GB idle, and a training what its estimate says.</summary>
internal sealed class MemoryCheck : ICheck
{
    private const long Megabyte = 1024 * 1024;
    private const long Needed = 1_500 * Megabyte, Comfortable = 3_000 * Megabyte;

    public string Name => "memory";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) =>
        [Of(Available(await File.ReadAllLinesAsync("/proc/meminfo", cancellationToken)), installation.IsRunning)];

    /// <param name="isRunning">Then what the stack needs is taken already.</param>
    internal static Finding Of(long available, bool isRunning) =>
        isRunning && available >= Megabyte * 300 ? Finding.Fine("memory", $"{available / Megabyte:N0} MB are free beside the running stack")
        : available < Needed ? Finding.Broken("memory", $"{available / Megabyte:N0} MB are free; the stack takes about {Needed / Megabyte:N0}", "End other programs, or use a machine with 4 GB or more.")
        : available < Comfortable ? Finding.Warning("memory", $"{available / Megabyte:N0} MB are free; a training may need more", "Ask for the estimate before a training (docs/estimates-and-quotas.md), or end other programs.")
        : Finding.Fine("memory", $"{available / Megabyte:N0} MB are free");

    /// <summary>In bytes; the file counts in kB.</summary>
    internal static long Available(IEnumerable<string> lines)
    {
        var line = lines.First(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
