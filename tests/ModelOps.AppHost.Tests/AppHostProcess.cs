using System.Diagnostics;
using System.Net.Http.Json;
using ModelOps.AppHost.LocalEngine.Processes;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.Tests;

/// <summary>The built AppHost as a process of its own, as <c>dotnet run</c> starts it, on a data folder and ports of its own.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new();
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private AppHostProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    public string Output
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    private string Api => Lines().First(line => line.StartsWith("Now listening on: ", StringComparison.Ordinal))["Now listening on: ".Length..];

    public static AppHostProcess Start(string data, params string[] args) => Start(data, [], args);

    /// <param name="leading">A command and its words, which come first.</param>
    public static AppHostProcess Start(string data, string[] leading, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(DistributedApplication).Assembly.Location, .. leading, "--Demo=false", .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MODELOPS_DATA"] = data;
        start.Environment["MODELOPS_PORTS"] = "dynamic";
        return new AppHostProcess(Process.Start(start)!);
    }

    public Task StartedAsync() => Eventually.TrueAsync(
        () => _process.HasExited ? throw new InvalidOperationException(Output) : Output.Contains("Distributed application started. Press Ctrl+C to shut down.", StringComparison.Ordinal),
        "The start of the application", 600);

    public async Task<IReadOnlyList<ResourceSnapshot>> ResourcesAsync() =>
        (await Http.GetFromJsonAsync<List<ResourceSnapshot>>($"{Api}/api/resources"))!;

    public async Task<ResourceSnapshot> ResourceAsync(string name) => (await ResourcesAsync()).Single(resource => resource.Name == name);

    public async Task<string> GetAsync(string path) => await Http.GetStringAsync(new Uri($"{Api}{path}"));

    /// <summary>Every process that this AppHost started, directly or not.</summary>
    public IReadOnlyList<ProcessEntry> Family() => [.. ProcessEntry.FamiliesOf([Id]).Where(process => process.Id != Id)];

    public async Task EndAsync(int signal)
    {
        Signals.Send(Id, (Signal)signal);
        // A shell that starts programs in the background lets them ignore Ctrl+C: then this ends with a message, not never.
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
    }

    public Task WaitForExitAsync() => _process.WaitForExitAsync();

    private List<string> Lines()
    {
        lock (_lines)
            return [.. _lines];
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await EndAsync((int)Signal.Terminate);
        _process.Dispose();
    }
}
