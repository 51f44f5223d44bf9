using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Versions;
using ModelOps.Inference.Models;
using ModelOps.Inference.Recommendations;
using ModelOps.Registry;

namespace ModelOps.Tests.Inference;

/// <summary>How often the model is asked, seen in its own counters.</summary>
public sealed class CachedAnswersTests(Stores stores) : IAsyncLifetime
{
    private const string Computed = "modelops.inference.compute.duration";

    private readonly string model = $"cached-{Guid.NewGuid():N}"; // the cache is one for all tests
    private readonly ConcurrentDictionary<string, long> counted = new();
    private readonly MeterListener listener = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly ManualResetEventSlim answers = new(initialState: true);

    private Service<RegistryDb> registryService = null!;
    private HttpClient registryHttp = null!;
    private Service<LoadedModels> inference = null!;
    private HttpClient http = null!;
    private InferenceClient client = null!;

    public async ValueTask InitializeAsync()
    {
        registryService = await stores.StartAsync<RegistryDb>(["registrydb"]);
        registryHttp = registryService.CreateClient();
        await TinyPackage.DeployAsync(new RegistryClient(registryHttp), model, "first");
        inference = await stores.StartAsync<LoadedModels>(["eventsdb"], builder => builder.ConfigureTestServices(services =>
        {
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registryService.Server.CreateHandler());
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<AnswerCache>(provider, time));
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<NearAnswers>(provider, time));
        }));
        http = inference.CreateClient();
        client = new InferenceClient(http);
        await Eventually.TrueAsync(async () => (await http.PostAsJsonAsync("/v1/recommendations", new RecommendationRequest(Model: model))).IsSuccessStatusCode, "the first version");
        Listen(inference.Services.GetRequiredService<IMeterFactory>());
    }

    [Fact]
    public async Task ManyEqualQuestionsAtOnce_OneCallOfTheModel()
    {
        var request = new RecommendationRequest(History: ["p4"], Count: 1, Model: model);
        answers.Reset(); // the first has been computed and is held until all have asked
        var calls = Enumerable.Range(0, 20).Select(_ => client.RecommendAsync(StoreId.Main, request)).ToList();
        await Eventually.TrueAsync(() => Count("modelops.cache.joined") == 19, "the others to join");
        answers.Set();

        var given = await Task.WhenAll(calls);
        Assert.All(given, answer => Assert.Equal("p4", answer.Items[0].Id));
        Assert.Equal(20, given.Select(answer => answer.Token).Distinct().Count()); // each is shown for itself
        Assert.Equal(1, Count(Computed));
    }

    [Fact]
    public async Task OldAnswer_IsGivenAtOnce_AndMadeAnew_ButNeverAcrossTheShoppersEvent()
    {
        var request = new RecommendationRequest(User: Guid.NewGuid().ToString(), Count: 1, Model: model, Filter: new RecommendationFilter(Category: "small"));
        await client.SendEventsAsync(StoreId.Main, Bought(request.User!, "p2"));
        await Eventually.TrueAsync(async () => (await client.RecommendAsync(StoreId.Main, request)).Cached, "the answer to be kept");
        var before = Count(Computed);

        time.Advance(TimeSpan.FromMinutes(6));
        Assert.True((await client.RecommendAsync(StoreId.Main, request)).Cached);
        Assert.Equal(1, Count("modelops.cache.stale"));
        await Eventually.TrueAsync(() => Count(Computed) == before + 1, "the answer to be made anew");
        await Eventually.TrueAsync(async () =>
        {
            var old = Count("modelops.cache.stale");
            return (await client.RecommendAsync(StoreId.Main, request)).Cached && Count("modelops.cache.stale") == old;
        }, "the new answer");

        time.Advance(TimeSpan.FromMinutes(6));
        await client.SendEventsAsync(StoreId.Main, Bought(request.User!, "p1", "p1"));
        var next = await client.RecommendAsync(StoreId.Main, request);
        Assert.Equal(("p1", false), (next.Items[0].Id, next.Cached));
    }

    [Fact]
    public async Task Bulk_IsComputed_AndNeitherKeptNorLoggedAsShown()
    {
        var request = new RecommendationRequest(User: "known", Count: 2, Model: model);

        var bulk = await client.RecommendInBulkAsync(StoreId.Main, new RecommendationBatch([request, request with { History = ["p4"], User = null }]));

        Assert.Equal(["p3", "p4"], bulk.Answers.Select(items => items[0].Id));
        Assert.Equal((model, 1), (bulk.Model.Name, bulk.Model.Version));
        Assert.Equal(0, Count("modelops.recommendations"));
        Assert.False((await client.RecommendAsync(StoreId.Main, request)).Cached);
        var refused = await Assert.ThrowsAsync<ServiceException>(() => client.RecommendInBulkAsync(StoreId.Main, new RecommendationBatch([request, request with { Model = "another" }])));
        Assert.Contains("different models", refused.Message, StringComparison.Ordinal);
    }

    private static EventBatch Bought(string user, params string[] products) => new([new ShopEvent(null, EventNames.Purchase, user, null, null, [.. products.Select(id => new EventItem(id))], null)]);

    private long Count(string name) => counted.GetValueOrDefault(name);

    /// <summary>A computation is measured when it has ended and before its answer is given: there it can be held.</summary>
    private void Listen(IMeterFactory meters)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Scope == meters)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) =>
        {
            counted.AddOrUpdate(instrument.Name, 1, (_, sum) => sum + 1);
            if (instrument.Name == Computed)
                answers.Wait();
        });
        listener.Start();
    }

    public async ValueTask DisposeAsync()
    {
        answers.Set();
        listener.Dispose();
        http.Dispose();
        await inference.DisposeAsync();
        registryHttp.Dispose();
        await registryService.DisposeAsync();
        answers.Dispose();
    }
}
