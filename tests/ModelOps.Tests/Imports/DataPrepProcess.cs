using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ModelOps.DataPrep.Datasets;

namespace ModelOps.Tests.Imports;

/// <summary>data-prep as a process of its own, which can be killed; on a port that stays the same over restarts.</summary>
internal sealed class DataPrepProcess(IReadOnlyDictionary<string, string> settings, int port) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    /// <summary>What the processes have written, for a test that fails.</summary>
    public string Output => string.Join('\n', output);

    public HttpClient Http { get; } = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(DatasetsDb).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.TrueAsync(IsUpAsync, "data-prep to answer");
    }

    public async Task KillAsync()
    {
        process!.Kill(); // SIGKILL
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    private void Keep(string? line)
    {
        if (line is not null)
            output.Enqueue(line);
    }

    /// <summary>Fails the test when it has ended by itself.</summary>
    public bool IsRunning()
    {
        Assert.False(process!.HasExited, $"data-prep ended by itself:\n{Output}");
        return true;
    }

    private async Task<bool> IsUpAsync()
    {
        try
        {
            return IsRunning() && (await Http.GetAsync("/health")).StatusCode == HttpStatusCode.OK;
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
