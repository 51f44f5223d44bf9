using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Bench.Stack;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

namespace ModelOps.Bench.Simulator;

/// <summary>The whole stack on a data folder of its own, with a pipeline that drift starts and a clock that is driven.</summary>
internal sealed class ShopStack : IAsyncDisposable
{
    /// <summary>The pipeline without triggers, whose version is champion at once.</summary>
    public const string AtOnce = "at-once";

    private const string Definition = """
        model: recommend
        train:
          profile: fast
          halfLifeDays: 7
        gates:
          - { metric: ndcg@10, better_than: popularity }
          - { metric: parity, at_most: 0.0001 }

        """;

    private static readonly Dictionary<string, string> Pipelines = new()
    {
        ["recommend"] = Definition + "rollout: { kind: canary, steps: [20, 50], bake_minutes: 5 }\ntriggers: { drift: {} }\n",
        [AtOnce] = Definition + "rollout: { kind: direct }\n",
    };

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-simulator-").FullName;
    private RunningStack stack = null!;

    public DateTimeOffset Now { get; private set; }

    public HttpClient DataPrep { get; private set; } = null!;

    public InferenceClient Inference { get; private set; } = null!;

    public MonitorClient Monitor { get; private set; } = null!;

    public AlertsClient Alerts { get; private set; } = null!;

    public PipelineClient Pipeline { get; private set; } = null!;

    public RegistryClient Registry { get; private set; } = null!;

    private string ClockFile => Path.Combine(folder, "clock");

    /// <param name="appHost">A built one; else it is built.</param>
    public static async Task<ShopStack> StartAsync(DateTimeOffset now, string? appHost)
    {
        var shop = new ShopStack();
        var pipelines = Directory.CreateDirectory(Path.Combine(shop.folder, "pipelines")).FullName;
        foreach (var (name, definition) in Pipelines)
            await File.WriteAllTextAsync(Path.Combine(pipelines, $"{name}.yaml"), $"name: {name}\n{definition}");
        await shop.DriveToAsync(now);
        var start = new ProcessStartInfo("dotnet", [.. appHost is null ? ["run", "--project", "ModelOps.AppHost", "--"] : (string[])[appHost], "--Demo=false"]) { WorkingDirectory = Repository.Root(), RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[]
        {
            ("MODELOPS_DATA", Path.Combine(shop.folder, "data")), ("MODELOPS_PORTS", "dynamic"), ("ASPNETCORE_ENVIRONMENT", "Development"), ("DOTNET_ENVIRONMENT", "Development"), ("Clock__OffsetFile", shop.ClockFile), ("Pipelines__Folder", pipelines), ("Automation__Interval", "00:00:02"), ("Alerts__EvaluateSeconds", "2"), ("Drift__ReferenceDays", "21"),
        })
            start.Environment[name] = value;
        shop.stack = new RunningStack(start, Path.Combine(shop.folder, "data"));
        await shop.stack.UntilAsync("Distributed application started", TimeSpan.FromMinutes(20));
        shop.stack.RequireHealthy();
        using var engine = new HttpClient { BaseAddress = shop.stack.Engine() };
        var resources = await engine.GetFromJsonAsync<JsonElement>(new Uri("/api/resources", UriKind.Relative));
        HttpClient Client(string resource) => new()
        {
            BaseAddress = new Uri(resources.EnumerateArray().Single(one => one.GetProperty("name").GetString() == resource).GetProperty("urls")[0].GetString()!),
            Timeout = TimeSpan.FromMinutes(10),
        };
        (shop.DataPrep, shop.Inference, shop.Monitor, shop.Alerts) = (Client("data-prep"), new InferenceClient(Client("inference")), new MonitorClient(Client("monitor")), new AlertsClient(Client("monitor")));
        (shop.Pipeline, shop.Registry) = (new PipelineClient(Client("pipeline")), new RegistryClient(Client("registry")));
        return shop;
    }

    /// <summary>Sets every service's clock, which then goes on by itself.</summary>
    public async Task DriveToAsync(DateTimeOffset time)
    {
        Now = time;
        await File.WriteAllTextAsync(ClockFile + ".new", (time - DateTimeOffset.UtcNow).TotalSeconds.ToString(CultureInfo.InvariantCulture));
        File.Move(ClockFile + ".new", ClockFile, overwrite: true);
        await Task.Delay(TimeSpan.FromMilliseconds(400)); // until every service has looked
    }

    /// <exception cref="InvalidOperationException">It did not succeed.</exception>
    public async Task FinishAsync(PipelineRun run)
    {
        if (await EndAsync(run) is var state and not RunState.Succeeded)
            throw new InvalidOperationException($"The run ended as {state}: {(await Pipeline.GetAsync(StoreId.Main, run.Id)).Error}");
    }

    /// <param name="duringRollout">What goes on while the run puts its version before shoppers.</param>
    public async Task<RunState> EndAsync(PipelineRun run, Func<Task>? duringRollout = null)
    {
        while (!run.State.IsFinal())
        {
            await Task.Delay(500);
            if (duringRollout is not null && run.Steps.Any(step => step is { Name: "rollout", State: RunState.Running }))
                await duringRollout();
            run = await Pipeline.GetAsync(StoreId.Main, run.Id);
        }
        return run.State;
    }

    public async ValueTask DisposeAsync()
    {
        await stack.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
