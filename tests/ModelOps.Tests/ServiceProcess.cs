using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace ModelOps.Tests;

/// <summary>A service as a process of its own, which can be killed; on a port that stays the same over restarts.</summary>
/// <typeparam name="TEntryPoint">A type of the service's assembly.</typeparam>
internal sealed class ServiceProcess<TEntryPoint>(IReadOnlyDictionary<string, string> settings, int port) : IKilled, IAsyncDisposable
{
    private static readonly string Name = typeof(TEntryPoint).Assembly.GetName().Name!;
    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    public string Url { get; } = $"http://127.0.0.1:{port}";

    public HttpClient Http { get; } = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

    public async Task StartAsync()
    {
        Start();
        await Eventually.TrueAsync(IsUpAsync, $"{Name} to answer");
    }

    public void Start()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TEntryPoint).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = Url;
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public async Task KillAsync()
    {
        process!.Kill(); // SIGKILL
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Fails the test when it has ended by itself.</summary>
    public bool IsRunning()
    {
        Assert.False(process!.HasExited, $"{Name} ended by itself:\n{string.Join('\n', output)}");
        return true;
    }

    private void Keep(string? line)
    {
        if (line is not null)
            output.Enqueue(line);
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

/// <summary>A process of whatever service, for a test that kills several.</summary>
internal interface IKilled
{
    void Start();

    Task KillAsync();
}
