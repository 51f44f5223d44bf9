using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>The monitor as a process of its own, which can be killed.</summary>
internal sealed class MonitorProcess(IReadOnlyDictionary<string, string> settings, int port) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    public HttpClient Http { get; } = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(MonitorDb).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.TrueAsync(IsUpAsync, "the monitor to answer");
    }

    public async Task KillAsync()
    {
        process!.Kill(); // SIGKILL
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    private async Task<bool> IsUpAsync()
    {
        Assert.False(process!.HasExited, $"The monitor ended by itself:\n{string.Join('\n', output)}");
        try
        {
            return (await Http.GetAsync("/health")).StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await KillAsync();
        Http.Dispose();
    }
}
