using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.EventLog;
using ModelOps.Inference.Models;

namespace ModelOps.Tests.Inference;

/// <summary>Inference without a registry: what it takes in and what it refuses. Answers of a real model are in the end-to-end tests.</summary>
public sealed class InferenceApiTests(Stores stores) : IAsyncLifetime
{
    private Service<LoadedModels> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<LoadedModels>(["eventsdb"]);
        http = service.CreateClient();
    }

    [Fact]
    public async Task Events_BadOnesAreRefusedByIndex_TheOthersKept()
    {
        var receipt = await PostAsync("""
            {"events":[
              {"id":"1","name":"view_item","user":"u","items":[{"item_id":"a"}]},
              {"id":"2","name":"stare","user":"u","items":[{"item_id":"a"}]},
              {"id":"3","name":"purchase","user":"u","items":[{"item_id":"a","quantity":"many"}]},
              {"id":"4","name":"purchase-complete","user":"u","items":[{"item_id":"a"}]}]}
            """);

        Assert.Equal(2, receipt.Accepted);
        Assert.Equal([1, 2], receipt.Rejected.Select(rejected => rejected.Index));
        var kept = await service.Services.GetRequiredService<ShopEvents>().ReadUserAsync(StoreId.Main, "u", 0, 10);
        Assert.Equal(["1", "4"], kept.Select(e => e.Id).Order());
    }

    [Fact]
    public async Task Events_SentTwice_AreKeptOnce()
    {
        const string batch = """{"events":[{"id":"same","name":"view_item","user":"v","time":"2026-11-01T10:00:00Z","items":[{"item_id":"a"}]}]}""";

        await PostAsync(batch.Replace("2026-11-01T10:00:00Z", DateTimeOffset.UtcNow.AddHours(-1).ToString("O"), StringComparison.Ordinal));
        var events = service.Services.GetRequiredService<ShopEvents>();
        var first = Assert.Single(await events.ReadUserAsync(StoreId.Main, "v", 0, 10));
        await PostAsync(batch.Replace("2026-11-01T10:00:00Z", first.Time.ToString("O"), StringComparison.Ordinal));

        Assert.Single(await events.ReadUserAsync(StoreId.Main, "v", 0, 10));
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"event":[]}""", HttpStatusCode.BadRequest)]
    public async Task Events_UnreadableBody_IsRefused(string body, HttpStatusCode status)
    {
        var response = await http.PostAsync("/v1/events", new StringContent(body, Encoding.UTF8, "application/json"));

        await response.ProblemAsync(status, "event-batch");
    }

    [Fact]
    public async Task Events_MoreThanAThousand_AreRefusedAsABatch()
    {
        var batch = new EventBatch([.. Enumerable.Range(0, 1001).Select(i => new ShopEvent($"{i}", "view_item", "u", null, null, [new EventItem("a")], null))]);

        var response = await http.PostAsJsonAsync("/v1/events", batch);

        Assert.Contains("at most 1000", await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "event-batch"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"count":0}""", "recommendation-request", "'count' is 0")]
    [InlineData("""{"count":201}""", "recommendation-request", "from 1 to 200")]
    [InlineData("""{"history":["a",null]}""", "recommendation-request", "one of them is null")]
    [InlineData("""{"count":"ten"}""", "json", "count: the value has the wrong type")]
    [InlineData("""{"count":""", "json", "not valid JSON")]
    public async Task Recommendations_BadRequest_SaysWhy(string body, string type, string says)
    {
        var response = await http.PostAsync("/v1/recommendations", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, type), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recommendations_NothingDeployed_SaysWhatToDo()
    {
        var response = await http.PostAsJsonAsync("/v1/recommendations", new RecommendationRequest(User: "u"));

        Assert.Contains("run the pipeline", await response.ProblemAsync(HttpStatusCode.NotFound, "nothing-deployed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_WithoutKeys_RefusesToStart()
    {
        await using var keyless = await stores.StartAsync<LoadedModels>(["eventsdb"], builder => builder.UseEnvironment("Production"));

        var refusal = Assert.Throws<InvalidOperationException>(() => keyless.CreateClient());

        Assert.Contains("Access__ApiKeys__", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_EveryCallNeedsItsStoresKey()
    {
        const string mine = "key-of-the-store-mine", service = "key-among-the-services";
        await using var guarded = await stores.StartAsync<LoadedModels>(["eventsdb"], builder => builder.UseEnvironment("Production")
            .UseSetting("Access:ApiKeys:mine", mine).UseSetting("Access:ServiceKey", service));
        using var client = guarded.CreateClient();
        var batch = new EventBatch([new ShopEvent("1", "view_item", "u", null, null, [new EventItem("a")], null)]);

        await (await client.PostAsJsonAsync("/v1/events", batch)).ProblemAsync(HttpStatusCode.Unauthorized, "api-key");
        client.DefaultRequestHeaders.Add("x-api-key", "wrong");
        await (await client.PostAsJsonAsync("/v1/events", batch)).ProblemAsync(HttpStatusCode.Unauthorized, "api-key");
        client.DefaultRequestHeaders.Remove("x-api-key");
        client.DefaultRequestHeaders.Add("x-api-key", mine);
        client.DefaultRequestHeaders.Add("x-modelops-store", "somebody-elses");
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsJsonAsync("/v1/events", batch)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode);

        var events = guarded.Services.GetRequiredService<ShopEvents>();
        Assert.Single(await events.ReadUserAsync(new StoreId("mine"), "u", 0, 10));
    }

    [Fact]
    public async Task OpenApi_DescribesTheInterface()
    {
        var document = await http.GetStringAsync("/openapi/v1.json");

        Assert.Contains("\"openapi\": \"3.1", document, StringComparison.Ordinal);
        Assert.Contains("/v1/recommendations", document, StringComparison.Ordinal);
    }

    private async Task<EventReceipt> PostAsync(string body) =>
        await (await http.PostAsync("/v1/events", new StringContent(body, Encoding.UTF8, "application/json"))).ReadAsync<EventReceipt>();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
