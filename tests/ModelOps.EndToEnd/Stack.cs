using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

[assembly: AssemblyFixture(typeof(ModelOps.EndToEnd.Stack))]
// One stack, two cores: one test at a time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace ModelOps.EndToEnd;

/// <summary>The whole product as <c>dotnet run --project ModelOps.AppHost</c> starts it, demo shop included, on a data folder and ports of its own.</summary>
public sealed class Stack : IAsyncLifetime
{
    public const string Model = "recommend";

    private readonly string data = Directory.CreateTempSubdirectory("modelops-e2e-").FullName;
    private readonly List<string> lines = [];
    private readonly HttpClient engine = new();
    private Process? process;

    public DataPrepClient DataPrep { get; private set; } = null!;

    public TrainerClient Trainer { get; private set; } = null!;

    public RegistryClient Registry { get; private set; } = null!;

    public InferenceClient Inference { get; private set; } = null!;

    public MonitorClient Monitor { get; private set; } = null!;

    public PipelineClient Pipeline { get; private set; } = null!;

    public string Output
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Aspire.Hosting.DistributedApplication).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MODELOPS_DATA"] = data;
        start.Environment["MODELOPS_PORTS"] = "dynamic";
        start.Environment["Jobs__Lease"] = "00:00:05";
        start.Environment["Alerts__AllowedNetworks__0"] = "127.0.0.0/8";
        start.Environment["Alerts__EvaluateSeconds"] = "1";
        start.Environment["Alerts__StoreSecrets__main__kill-hook"] = "a secret of the test's";
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        // The first start may download the stores; after that the demo shop is trained, its search and its assistant too.
        await UntilAsync(() => Task.FromResult(Output.Contains("First recommendation", StringComparison.Ordinal)), "the first recommendation", TimeSpan.FromMinutes(15));
        await UntilAsync(() => Task.FromResult(Output.Contains("assistant are deployed too", StringComparison.Ordinal)), "search and assistant", TimeSpan.FromMinutes(10));
        engine.BaseAddress = new Uri(Output.Split('\n').First(line => line.StartsWith("Now listening on: ", StringComparison.Ordinal))["Now listening on: ".Length..]);
        DataPrep = new DataPrepClient(await ClientAsync("data-prep"));
        Trainer = new TrainerClient(await ClientAsync("trainer"));
        Registry = new RegistryClient(await ClientAsync("registry"));
        Inference = new InferenceClient(await ClientAsync("inference"));
        Monitor = new MonitorClient(await ClientAsync("monitor"));
        Pipeline = new PipelineClient(await ClientAsync("pipeline"));
    }

    /// <summary>The public address of a service.</summary>
    public async Task<Uri> UrlAsync(string resource) => new((await ResourceAsync(resource)).GetProperty("urls")[0].GetString()!);

    public async Task<HttpClient> ClientAsync(string resource) => new() { BaseAddress = await UrlAsync(resource), Timeout = TimeSpan.FromMinutes(3) };

    public Task<string> EngineAsync(string path) => engine.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Kills the process of a resource as the kernel would, without a word to it.</summary>
    public async Task KillAsync(string resource)
    {
        var pid = (await ResourceAsync(resource)).GetProperty("replicas")[0].GetProperty("processId").GetInt32();
        Process.GetProcessById(pid).Kill();
    }

    public async Task<JsonElement> ResourceAsync(string name) =>
        (await engine.GetFromJsonAsync<JsonElement>(new Uri("/api/resources", UriKind.Relative))).EnumerateArray().Single(resource => resource.GetProperty("name").GetString() == name);

    public async Task<PipelineRun> FinishAsync(PipelineRun run)
    {
        await UntilAsync(async () => (run = await Pipeline.GetAsync(StoreId.Main, run.Id)).State.IsFinal(), $"the end of run {run.Id}", TimeSpan.FromMinutes(15));
        return run;
    }

    /// <summary>Waits until something holds; a service that is away meanwhile is waited for too.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception exception) when (exception is HttpRequestException or Contracts.Clients.ServiceException { IsTransient: true } or TaskCanceledException)
            {
            }
            if (process!.HasExited || TimeProvider.System.GetElapsedTime(started) > (patience ?? TimeSpan.FromMinutes(1)))
                Assert.Fail($"Waited in vain for {what}. The end of the output:\n{string.Join('\n', Output.Split('\n').TakeLast(40))}");
            await Task.Delay(250);
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Add(line);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            using var terminate = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync();
        }
        process?.Dispose();
        engine.Dispose();
        Directory.Delete(data, recursive: true);
    }
}
