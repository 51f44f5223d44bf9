using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Versions;
using ModelOps.Inference.Models;
using ModelOps.Inference.Recommendations;
using ModelOps.Registry;

namespace ModelOps.Tests.Inference;

/// <summary>Shoppers are served from the last verified package, whatever else is away and however long.</summary>
public sealed class AbsenceTests(Stores stores) : IAsyncLifetime
{
    private const string Nowhere = "127.0.0.1:1";
    private static readonly RecommendationRequest Known = new(User: "known", Count: 3);

    private readonly Dictionary<string, string> settings = [];
    private Service<RegistryDb> registry = null!;

    public async ValueTask InitializeAsync()
    {
        registry = await stores.StartAsync<RegistryDb>(["registrydb"]);
        foreach (var (name, value) in await stores.SettingsAsync("eventsdb"))
            settings[name] = value;
        using var http = registry.CreateClient();
        await TinyPackage.DeployAsync(new RegistryClient(http), "recommend", "first");
    }

    [Fact]
    public async Task NothingThere_AfterARestart_TheLastPackageAnswers_AndEventsAreRefusedNotLost()
    {
        await ServeOnceAsync();
        settings["ConnectionStrings:cache"] = Nowhere;
        settings["ConnectionStrings:eventsdb"] = "Host=127.0.0.1;Port=1;Database=x;Username=x;Password=x";

        await using var alone = Start(registryIsThere: false);
        using var http = alone.CreateClient();
        for (var call = 0; call < 300; call++) // more than any circuit breaker or queue in between would take
        {
            var known = await RecommendAsync(http, Known);
            Assert.Equal(("p3", 1), (known.Items[0].Id, known.Model.Version));
        }
        var stranger = await RecommendAsync(http, new RecommendationRequest(User: "nobody", Count: 5));
        using var events = await http.PostAsJsonAsync("/v1/events", new EventBatch([new ShopEvent("1", "view_item", "known", null, null, [new EventItem("p1")], null)]));
        using var health = await http.GetAsync("/health");

        Assert.Equal(["p1", "p2", "p3", "p4", "p5"], stranger.Items.Select(item => item.Id)); // by popularity
        await events.ProblemAsync(HttpStatusCode.ServiceUnavailable, "store-unavailable");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode); // degraded, not ill: a balancer must go on sending shoppers
        Assert.Contains("Degraded", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventLogHangs_OneShopperWaitsShortly_TheOthersDoNot()
    {
        await ServeOnceAsync();
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        settings["ConnectionStrings:eventsdb"] = $"Host=127.0.0.1;Port={((IPEndPoint)hanging.LocalEndpoint).Port};Database=x;Username=x;Password=x;SSL Mode=Disable;Timeout=300";

        var time = new FakeTimeProvider(DateTimeOffset.UtcNow); // stands still: the log is left alone for good
        await using var patient = Start(registryIsThere: false, services => services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Shoppers>(provider, time)));
        using var http = patient.CreateClient();
        for (var call = 0; call < 20; call++) // Npgsql would wait 300 s for each
            Assert.Equal("p3", (await RecommendAsync(http, Known with { Count = call + 1 })).Items[0].Id);
        var late = new RecommendationRequest(User: Guid.NewGuid().ToString()); // who may have acted meanwhile
        await RecommendAsync(http, late);
        Assert.False((await RecommendAsync(http, late)).Cached, "An answer without the event log was kept.");

        Assert.True(Waiting(hanging) <= 2, "Only the first shopper should have asked the event log.");
    }

    /// <summary>A first life with everything there: the package arrives and is verified.</summary>
    private async Task ServeOnceAsync()
    {
        await using var inference = Start(registryIsThere: true);
        using var http = inference.CreateClient();
        await Eventually.TrueAsync(async () => (await http.PostAsJsonAsync("/v1/recommendations", Known)).IsSuccessStatusCode, "the package to be loaded");
    }

    private Service<LoadedModels> Start(bool registryIsThere, Action<IServiceCollection>? configure = null) => new(settings, builder =>
    {
        builder.UseSetting("services:registry:http:0", $"http://{Nowhere}");
        builder.ConfigureTestServices(services =>
        {
            if (registryIsThere)
                services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registry.Server.CreateHandler());
            configure?.Invoke(services);
        });
    });

    private static async Task<RecommendationResponse> RecommendAsync(HttpClient http, RecommendationRequest request)
    {
        RecommendationResponse? answer = null;
        await Eventually.TrueAsync(async () =>
        {
            using var response = await http.PostAsJsonAsync("/v1/recommendations", request);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return false; // it has just started and is still loading
            answer = await response.ReadAsync<RecommendationResponse>();
            return true;
        }, "an answer");
        return answer!;
    }

    private static int Waiting(TcpListener listener)
    {
        var connections = 0;
        for (; listener.Pending(); connections++)
            listener.AcceptSocket().Dispose();
        return connections;
    }

    public async ValueTask DisposeAsync() => await registry.DisposeAsync();
}
