using System.Diagnostics;
using System.Globalization;

namespace ModelOps.Bench.DataPrep;

/// <summary>What a process took.</summary>
internal sealed record Measured(string Name, double Seconds, double ProcessorSeconds, long PeakMegabytes, string Said)
{
    public static async Task<Measured> RunAsync(string name, string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var said = "";
        long peak = 0;
        var processor = TimeSpan.Zero;
        // Both sides say "done" and wait for a line, so that the peak can be read; VmHWM only rises.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            said = line;
            if (!line.StartsWith("done", StringComparison.Ordinal))
                continue;
            watch.Stop();
            (peak, processor) = (PeakOf(process.Id), process.TotalProcessorTime);
            await process.StandardInput.WriteLineAsync();
            await process.StandardInput.FlushAsync();
        }
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? new Measured(name, watch.Elapsed.TotalSeconds, processor.TotalSeconds, peak, said)
            : throw new InvalidOperationException($"{name} ended with {process.ExitCode}.");
    }

    private static long PeakOf(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    public override string ToString() => $"{Name,-10} {Seconds,7:N1} s   {ProcessorSeconds,7:N1} processor s   {PeakMegabytes,6:N0} MB   {Said}";
}
