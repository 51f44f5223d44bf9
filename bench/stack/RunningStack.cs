using System.Diagnostics;
using System.Globalization;

namespace ModelOps.Bench.Stack;

/// <summary>An AppHost with everything it has started.</summary>
internal sealed class RunningStack : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process process;
    private readonly string data;
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly List<string> lines = [];

    public RunningStack(ProcessStartInfo start, string data)
    {
        this.data = data;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private int AppHost => int.Parse(File.ReadAllText(Path.Combine(data, "engine.pid")), CultureInfo.InvariantCulture);

    /// <summary>Waits for a line of the output. The time since the start.</summary>
    public async Task<TimeSpan> UntilAsync(string text, TimeSpan patience)
    {
        while (!Output().Exists(line => line.Contains(text, StringComparison.Ordinal)))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > patience)
                throw new TimeoutException($"'{text}' did not come. The end of the output:\n{string.Join('\n', Output().TakeLast(40))}");
            await Task.Delay(20);
        }
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>The AppHost lists what it started once everything has settled; a resource that is not well is not counted as started.</summary>
    public void RequireHealthy()
    {
        if (Output().Find(line => line.Contains(" does not run: ", StringComparison.Ordinal)) is { } ill)
            throw new InvalidOperationException(ill);
    }

    /// <summary>Where the AppHost answers, once it has said so.</summary>
    public Uri Engine() => new(Output().Find(line => line.StartsWith(Listening, StringComparison.Ordinal))![Listening.Length..]);

    public IReadOnlyList<StackProcess> Processes() => StackProcess.TreeOf(AppHost);

    public async Task<TimeSpan> StopAsync()
    {
        var tree = Processes();
        var stopping = Stopwatch.GetTimestamp();
        using (var interrupt = Process.Start("kill", ["-INT", $"{AppHost}"]))
            await interrupt.WaitForExitAsync();
        while (tree.Any(one => one.IsAlive) && Stopwatch.GetElapsedTime(stopping) < TimeSpan.FromMinutes(1))
            await Task.Delay(20);
        return tree.FirstOrDefault(one => one.IsAlive) is { } left ? throw new InvalidOperationException($"{left} was left behind.") : Stopwatch.GetElapsedTime(stopping);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var terminate = Process.Start("kill", ["-TERM", $"{AppHost}"]);
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private List<string> Output()
    {
        lock (lines)
            return [.. lines];
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Add(line);
        Console.WriteLine($"    {line}");
    }
}
