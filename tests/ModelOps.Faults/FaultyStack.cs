using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ModelOps.Bench.Stack;
using Npgsql;

namespace ModelOps.Faults;

/// <summary>The product, each service twice, as processes of this machine, with links, clocks and disks that can be broken.</summary>
internal sealed class FaultyStack : IAsyncDisposable
{
    /// <summary>Of a replica's disk. Enough for what it works on, and soon full.</summary>
    private const int DiskMegabytes = 64;

    /// <summary>A run that trains in seconds and puts its version before shoppers in a step that somebody has to decide.</summary>
    private const string Pipeline = """
        name: faults
        train: { architecture: item-knn, fuse: none }
        gates: [{ metric: parity, at_most: 0.0001 }]
        rollout: { kind: canary, steps: [50], bake_minutes: 0.05, guards: [{ metric: error_rate, at_most: 0.5 }] }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-faults-").FullName;
    private readonly Dictionary<(string From, string To), Link> links = [];
    private readonly HttpClient engine = new();
    private Dictionary<string, string> urls = [];
    private RunningStack running = null!;

    private string Data => Path.Combine(folder, "data");

    /// <summary>Where a file of a bug's name plants it.</summary>
    public string PlantFolder => Path.Combine(folder, "planted");

    /// <summary>The event log, asked directly for what is in it.</summary>
    public NpgsqlDataSource EventLog { get; private set; } = null!;

    /// <summary>Whether replicas have a small disk each: this machine must allow mounts in a user's namespace.</summary>
    public bool HasDisks { get; private set; }

    public static async Task<FaultyStack> StartAsync()
    {
        var stack = new FaultyStack();
        try
        {
            await stack.StartProcessesAsync();
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    private async Task StartProcessesAsync()
    {
        var appHost = typeof(FaultyStack).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "AppHost").Value!;
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        HasDisks = await AllowsMountsAsync();
        Directory.CreateDirectory(PlantFolder);
        Directory.CreateDirectory(Path.Combine(folder, "pipelines"));
        await File.WriteAllTextAsync(Path.Combine(folder, "pipelines", "faults.yaml"), Pipeline);

        // Started as itself and not by dotnet, the AppHost looks for dotnet on the PATH, where the harness's script comes first.
        var start = new ProcessStartInfo(appHost, ["--Demo=false", .. Parts.Names.Select(service => $"--Replicas:{service}=2")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("DOTNET_HOST_PATH");
        foreach (var (name, value) in new[]
        {
            ("PATH", $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}"), ("DOTNET_ROOT", host),
            ("MODELOPS_FAULTS", folder), ("MODELOPS_FAULTS_DOTNET", Path.Combine(host, "dotnet")),
            ("MODELOPS_DATA", Data), ("MODELOPS_PORTS", "dynamic"), ("Pipelines__Folder", Path.Combine(folder, "pipelines")),
            ("Jobs__Lease", "00:00:05"), ("Jobs__MaxDelay", "00:00:05"), ("Verdicts__FewestAnswers", "5"),
        })
            start.Environment[name] = value;
        running = new RunningStack(start, Data);
        await PrepareLinksAsync();
        await running.UntilAsync("Distributed application started", TimeSpan.FromMinutes(15)); // the first start may download the stores
        running.RequireHealthy();
        engine.BaseAddress = running.Engine();
        var password = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(Path.Combine(Data, "secrets.json")))!["postgres-password"];
        EventLog = NpgsqlDataSource.Create($"Host=localhost;Port={PortOf("postgres")};Username=postgres;Password={password};Database=eventsdb");
    }

    /// <summary>As soon as the AppHost has given each resource its port, and before any service has started.</summary>
    private async Task PrepareLinksAsync()
    {
        await running.UntilAsync("Data folder is: ", TimeSpan.FromMinutes(5));
        urls = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(Path.Combine(Data, "endpoints.json")))!;
        foreach (var link in Parts.Links)
            links[link] = new Link(PortOf(link.To));
        foreach (var part in Parts.Replicas)
        {
            var work = Directory.CreateDirectory(Path.Combine(folder, "work", part)).FullName;
            var rules = new StringBuilder();
            foreach (var ((_, to), link) in links.Where(one => one.Key.From == part))
                rules.Append(CultureInfo.InvariantCulture, $"s/(localhost|127\\.0\\.0\\.1):{PortOf(to)}\\b/127.0.0.1:{link.Port}/g\ns/Host=localhost;Port={PortOf(to)}\\b/Host=127.0.0.1;Port={link.Port}/g\n");
            await File.WriteAllTextAsync(Path.Combine(folder, $"{part}.sed"), rules.ToString());
            await File.WriteAllLinesAsync(Path.Combine(folder, $"{part}.env"),
            [
                $"TMPDIR={work}", $"Clock__OffsetFile={ClockOf(part)}", $"MODELOPS_PLANTED={PlantFolder}",
                $"DOTNET_STARTUP_HOOKS={typeof(Planted.Bugs).Assembly.Location}", $"ASPNETCORE_HOSTINGSTARTUPASSEMBLIES={typeof(Planted.Bugs).Assembly.GetName().Name}",
            ]);
            if (HasDisks && Parts.WithDisk.Contains(part))
                await File.WriteAllTextAsync(Path.Combine(folder, $"{part}.disk"), $"{DiskMegabytes}m");
        }
        await File.WriteAllTextAsync(Path.Combine(folder, "ready"), "");
    }

    private int PortOf(string resource) => new Uri(urls[resource]).Port;

    public Link LinkOf(string from, string to) => links[(from, to)];

    /// <summary>How the shop's programs reach a service: over their own link where there is one.</summary>
    public HttpClient Client(string resource, TimeSpan patience, bool overLink) => new()
    {
        BaseAddress = overLink ? new Uri($"http://127.0.0.1:{LinkOf(Parts.Shop, resource).Port}") : new Uri(urls[resource]),
        Timeout = patience,
    };

    public string ClockOf(string part) => Path.Combine(folder, $"{part}.clock");

    /// <summary>A replica's disk as this process sees it.</summary>
    public string DiskOf(string part, int processId) => $"/proc/{processId}/root{Path.Combine(folder, "work", part)}";

    public async Task<IReadOnlyList<Replica>> ReplicasAsync(string? resource = null) =>
    [
        .. from one in (await engine.GetFromJsonAsync<JsonElement>(new Uri("/api/resources", UriKind.Relative))).EnumerateArray()
           let name = one.GetProperty("name").GetString()!
           where resource is null || name == resource
           from replica in one.GetProperty("replicas").EnumerateArray()
           let id = replica.GetProperty("processId")
           select new Replica(replica.GetProperty("id").GetString()!, name, id.ValueKind == JsonValueKind.Number ? id.GetInt32() : null, replica.GetProperty("healthy").GetBoolean()),
    ];

    public async Task<Replica> ReplicaAsync(string part) => (await ReplicasAsync(Parts.ResourceOf(part))).Single(replica => replica.Id == part);

    /// <summary>Waits for a process that runs.</summary>
    public async Task<int> ProcessOfAsync(string part)
    {
        int? process = null;
        await UntilAsync(async () => (process = (await ReplicaAsync(part)).ProcessId) is not null, $"{part} to run");
        return process!.Value;
    }

    public Task UntilHealthyAsync() => UntilAsync(async () => (await ReplicasAsync()).All(replica => replica.Healthy), "all parts to be healthy", TimeSpan.FromMinutes(10));

    /// <summary>Waits until something holds; a service that is away meanwhile is waited for too.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < (patience ?? TimeSpan.FromMinutes(5)); await Task.Delay(200))
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception exception) when (Calls.MayPass(exception))
            {
            }
        }
        throw new TimeoutException($"Waited in vain for {what}.");
    }

    private static async Task<bool> AllowsMountsAsync()
    {
        using var probe = Process.Start(new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "probe", Path.GetTempPath()]) { RedirectStandardError = true })!;
        await probe.WaitForExitAsync();
        return probe.ExitCode == 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
            await running.DisposeAsync();
        foreach (var link in links.Values)
            link.Dispose();
        if (EventLog is not null)
            await EventLog.DisposeAsync();
        engine.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}

internal sealed record Replica(string Id, string Resource, int? ProcessId, bool Healthy);
