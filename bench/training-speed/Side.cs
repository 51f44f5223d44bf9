using System.Diagnostics;
using System.Globalization;

namespace ModelOps.Bench.TrainingSpeed;

/// <summary>What one side reached: a process of its own says its first losses, the sequences it trained and the seconds they took.</summary>
internal sealed record Side(string Name, double[] Losses, double Rate, double ProcessorRate, long PeakMegabytes)
{
    public static async Task<Side> RunAsync(string name, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        using var process = Process.Start(start)!;
        double[] losses = [], timed = [];
        long peak = 0;
        // Each side waits for a line before it ends, so that the peak can be read; VmHWM only rises.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ') is not [var what, .. var numbers])
                continue;
            if (what == "losses")
                losses = Array.ConvertAll(numbers, number => double.Parse(number, CultureInfo.InvariantCulture));
            if (what != "timed")
                continue;
            timed = Array.ConvertAll(numbers, number => double.Parse(number, CultureInfo.InvariantCulture));
            peak = PeakOf(process.Id);
            await process.StandardInput.WriteLineAsync();
            await process.StandardInput.FlushAsync();
        }
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? new Side(name, losses, timed[0] / timed[1], timed[0] / timed[2], peak)
            : throw new InvalidOperationException($"{name} ended with {process.ExitCode}.");
    }

    private static long PeakOf(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
