using System.Text.Json;
using ModelOps.AppHost.LocalEngine.Processes;

namespace ModelOps.AppHost.Tests;

/// <summary>One start of everything, looked at from several sides; each test leaves it running for the next.</summary>
public sealed class WholeApplication : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal AppHostProcess Host { get; private set; } = null!;

    public string Data => _folder.Path;

    public async ValueTask InitializeAsync()
    {
        Host = AppHostProcess.Start(Data);
        await Host.StartedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
    }
}

[CollectionDefinition(nameof(WholeApplication))]
public sealed class WholeApplicationCollection : ICollectionFixture<WholeApplication>;

[Collection(nameof(WholeApplication))]
public sealed class WholeApplicationTests(WholeApplication application)
{
    private static readonly string[] Services = ["dashboard", "data-prep", "inference", "monitor", "pipeline", "registry", "trainer"];

    [Fact]
    public async Task Start_EveryResource_IsHealthy()
    {
        var resources = await Eventually.GetAsync(async () =>
        {
            var all = await application.Host.ResourcesAsync();
            return all.FirstOrDefault(resource => !resource.Healthy) is { } ill ? throw new InvalidOperationException($"{ill.Name}: {ill.State} {ill.Reason}") : all;
        }, "The health of all");

        Assert.Equal(Services, resources.Where(resource => resource.Type == "Project").Select(resource => resource.Name));
        Assert.Equal(6, resources.Count(resource => resource.Type == "Database"));
        Assert.Equal(4, resources.Count(resource => resource.Type == "BlobContainer"));
    }

    [Fact]
    public void Start_Console_SaysWhatAspireSays()
    {
        string[] lines = ["Distributed application starting.", "Application host directory is: ", "Now listening on: ", "Login to the dashboard at http://localhost:", "Distributed application started. Press Ctrl+C to shut down."];

        var places = lines.Select(line => application.Host.Output.IndexOf(line, StringComparison.Ordinal)).ToList();

        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public async Task PublicPorts_EndpointsFile_ServeHealth()
    {
        var urls = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(Path.Combine(application.Data, "endpoints.json")))!;
        using var http = new HttpClient();

        foreach (var service in Services)
            await Eventually.GetAsync(async () => await http.GetStringAsync(new Uri($"{urls[service]}/health")), $"The health of {service}");
    }

    [Fact]
    public async Task Environment_OfAService_IsAspires()
    {
        var registry = await application.Host.ResourceAsync("registry");
        var inference = await application.Host.ResourceAsync("inference");
        var dataPrep = await application.Host.ResourceAsync("data-prep");
        var postgres = await application.Host.ResourceAsync("postgres");
        var cache = await application.Host.ResourceAsync("cache");

        var variables = await EnvironmentOfAsync("inference");
        var pipeline = await EnvironmentOfAsync("pipeline");

        Assert.Equal(registry.Urls[0], variables["services__registry__http__0"]);
        Assert.Equal(registry.Urls[0], variables["REGISTRY_HTTP"]);
        Assert.Equal(dataPrep.Urls[0], pipeline["services__data-prep__http__0"]);
        Assert.Equal(dataPrep.Urls[0], pipeline["DATA_PREP_HTTP"]);
        Assert.Matches($"^Host=localhost;Port={new Uri(postgres.Urls[0]).Port};Username=postgres;Password=[0-9a-f]{{40}};Database=eventsdb$", variables["ConnectionStrings__eventsdb"]);
        Assert.Matches($"^localhost:{new Uri(cache.Urls[0]).Port},password=[0-9a-f]{{40}}$", variables["ConnectionStrings__cache"]);
        Assert.Matches("^http://localhost:[0-9]+$", variables["ASPNETCORE_URLS"]);
        Assert.NotEqual(inference.Urls[0], variables["ASPNETCORE_URLS"]);
        Assert.Equal("Development", variables["ASPNETCORE_ENVIRONMENT"]);
        Assert.StartsWith("http://127.0.0.1:", variables["OTEL_EXPORTER_OTLP_ENDPOINT"], StringComparison.Ordinal);
        Assert.Equal("http/protobuf", variables["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal("inference", variables["OTEL_SERVICE_NAME"]);
        Assert.Matches("^service.instance.id=.+", variables["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal("1000", variables["OTEL_BLRP_SCHEDULE_DELAY"]);
        Assert.Equal("1000", variables["OTEL_BSP_SCHEDULE_DELAY"]);
        Assert.Equal("1000", variables["OTEL_METRIC_EXPORT_INTERVAL"]);
        Assert.Equal("always_on", variables["OTEL_TRACES_SAMPLER"]);
        Assert.Equal("trace_based", variables["OTEL_METRICS_EXEMPLAR_FILTER"]);
        Assert.Matches("^[0-9a-f]{40}$", variables["Access__ServiceKey"]);
        Assert.Matches("^[0-9a-f]{40}$", variables["Access__ApiKeys__main"]);
    }

    [Fact]
    public async Task Environment_OfABlobContainer_EndsInItsName()
    {
        var variables = await EnvironmentOfAsync("registry");

        Assert.StartsWith("DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=", variables["ConnectionStrings__modelfiles"], StringComparison.Ordinal);
        Assert.EndsWith("/devstoreaccount1;;ContainerName=modelfiles", variables["ConnectionStrings__modelfiles"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledService_IsRunningAgain_BehindTheSamePort()
    {
        var before = (await application.Host.ResourceAsync("monitor")).Replicas[0];

        Signals.Send(before.ProcessId!.Value, Signal.Kill);

        await Eventually.GetAsync(async () => (await application.Host.ResourceAsync("monitor")).Replicas[0] is { Healthy: true } now && now.Restarts > before.Restarts && now.ProcessId != before.ProcessId ? now : null, "The restart");
        using var http = new HttpClient();
        await Eventually.GetAsync(async () => await http.GetStringAsync(new Uri($"{(await application.Host.ResourceAsync("monitor")).Urls[0]}/health")), "The health of the monitor");
    }

    [Fact]
    public async Task SecondAppHost_OnTheSameData_IsRefused()
    {
        await using var second = AppHostProcess.Start(application.Data);

        await second.WaitForExitAsync();

        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains($"Another AppHost (process {application.Host.Id}) is running on the data folder {application.Data}", second.Output, StringComparison.Ordinal);
        Assert.True((await application.Host.ResourceAsync("postgres")).Healthy);
    }

    [Fact]
    public async Task Traces_OfARequest_CanBeLookedUpByTheirId()
    {
        var traceId = Guid.NewGuid().ToString("N");
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{(await application.Host.ResourceAsync("registry")).Urls[0]}/openapi/v1.json");
        request.Headers.Add("traceparent", $"00-{traceId}-0123456789abcdef-01");

        (await http.SendAsync(request)).EnsureSuccessStatusCode();

        var spans = await Eventually.GetAsync(async () => await application.Host.GetAsync($"/api/telemetry/traces/{traceId}") is { Length: > 2 } found ? found : null, "The trace");
        Assert.Contains("\"service\":\"registry\"", spans, StringComparison.Ordinal);
        Assert.Contains("\"parentSpanId\":\"0123456789abcdef\"", spans, StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, string>> EnvironmentOfAsync(string service)
    {
        var process = (await application.Host.ResourceAsync(service)).Replicas[0].ProcessId;
        return (await File.ReadAllTextAsync($"/proc/{process}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }
}
