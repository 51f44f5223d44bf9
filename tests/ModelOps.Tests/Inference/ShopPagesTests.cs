using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.EventLog;
using ModelOps.Inference.Models;

namespace ModelOps.Tests.Inference;

/// <summary>What a browser may do with the key that everybody can read in a shop's pages.</summary>
public sealed class ShopPagesTests(Stores stores) : IAsyncLifetime
{
    private const string Secret = "secret-key-of-the-store-mine", Key = "pk_of-the-store-mine-", Other = "pk_of-the-store-other", Shop = "https://www.shop.example", Foreign = "https://evil.example";

    private Service<LoadedModels> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<LoadedModels>(["eventsdb"], Production);
        http = service.CreateClient();
    }

    [Fact]
    public async Task PublishableKey_SendsEvents_AsABeaconDoes()
    {
        using var accepted = await SendAsync(HttpMethod.Post, $"/v1/events?key={Key}", Shop, Events("beacon"));
        using var server = await SendAsync(HttpMethod.Post, $"/v1/events?key={Key}", origin: null, Events("server"));

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (accepted.StatusCode, server.StatusCode));
        Assert.Equal(Shop, AllowedOrigin(accepted));
        Assert.Contains("Retry-After", accepted.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.OrdinalIgnoreCase);
        var log = service.Services.GetRequiredService<ShopEvents>();
        Assert.Single(await log.ReadUserAsync(new StoreId("mine"), "beacon", 0, 10));
    }

    [Fact]
    public async Task PublishableKey_AsksForRecommendations_AndNothingElse()
    {
        using var recommendations = await SendAsync(HttpMethod.Post, $"/v1/recommendations?key={Key}", Shop, Json("""{"user":"u"}"""));
        await recommendations.ProblemAsync(HttpStatusCode.NotFound, "nothing-deployed");
        using var explained = await SendAsync(HttpMethod.Post, $"/v1/search?key={Key}", Shop, Json("""{"query":"mug","explain":true}"""));
        Assert.Contains("publishable", await explained.ProblemAsync(HttpStatusCode.BadRequest, "search-request"), StringComparison.Ordinal);

        foreach (var (method, path) in new[] { (HttpMethod.Patch, "/v1/catalogue"), (HttpMethod.Put, "/v1/rules"), (HttpMethod.Get, "/v1/rules"), (HttpMethod.Get, "/v1/models/recommend/shoppers/u"), (HttpMethod.Post, "/v2/models/recommend/infer") })
        {
            using var refused = await SendAsync(method, $"{path}?key={Key}", Shop, method == HttpMethod.Get ? null : Json("{}"));
            Assert.Contains("secret key", await refused.ProblemAsync(HttpStatusCode.Forbidden, "publishable-key"), StringComparison.Ordinal);
            Assert.Null(AllowedOrigin(refused));
        }
    }

    [Theory]
    [InlineData(Key, Foreign)]
    [InlineData(Other, Shop)] // another store's key has other origins
    [InlineData(Secret, Shop)] // a secret key is not read from an address
    public async Task Key_InTheWrongPlace_CountsForNothing(string key, string origin)
    {
        using var refused = await SendAsync(HttpMethod.Post, $"/v1/events?key={key}", origin, Events("nobody"));

        await refused.ProblemAsync(HttpStatusCode.Unauthorized, "api-key");
        var log = service.Services.GetRequiredService<ShopEvents>();
        Assert.Empty(await log.ReadUserAsync(new StoreId("mine"), "nobody", 0, 10));
    }

    [Theory]
    [InlineData("/v1/recommendations", Shop, true)]
    [InlineData("/v1/events", Shop, true)]
    [InlineData("/v1/recommendations", Foreign, false)]
    [InlineData("/v1/catalogue", Shop, false)]
    public async Task Preflight_AllowsTheShopsPages(string path, string origin, bool isAllowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,x-api-key");

        using var response = await http.SendAsync(request);

        Assert.Equal(isAllowed ? origin : null, AllowedOrigin(response));
    }

    [Fact]
    public async Task Development_EveryOriginMayCall_WithoutAKey()
    {
        await using var open = await stores.StartAsync<LoadedModels>(["eventsdb"]);
        using var client = open.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = Events("u") };
        request.Headers.Add("Origin", "http://localhost:3000");

        using var response = await client.SendAsync(request);

        Assert.Equal((HttpStatusCode.Accepted, "http://localhost:3000"), (response.StatusCode, AllowedOrigin(response)));
    }

    [Theory]
    [InlineData("Origins:0", "https://www.shop.example/shop", "is no origin")]
    [InlineData("Origins:0", "*", "is no origin")]
    [InlineData("Key", Secret, "is a secret key too")]
    [InlineData("Key", "short", "fewer than 16")]
    public async Task WrongConfiguration_RefusesToStart(string setting, string value, string says)
    {
        await using var wrong = await stores.StartAsync<LoadedModels>(["eventsdb"], builder =>
        {
            Production(builder);
            builder.UseSetting($"Access:PublishableKeys:mine:{setting}", value);
        });

        Assert.Contains(says, Assert.Throws<InvalidOperationException>(() => wrong.CreateClient()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/snippet.js", false)]
    [InlineData("/v1/snippet.mjs", true)]
    public async Task Snippet_IsSmall_AndKeptByBrowsers(string path, bool isModule)
    {
        using var response = await http.GetAsync(path);
        var script = await response.Content.ReadAsStringAsync();
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);

        Assert.InRange(script.Length, 1000, 4095);
        Assert.Equal(isModule, script.Contains("export default", StringComparison.Ordinal));
        Assert.Equal("text/javascript", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("*", AllowedOrigin(response));
        Assert.True(response.Headers.CacheControl!.Public);
        Assert.Equal(HttpStatusCode.NotModified, (await http.SendAsync(again)).StatusCode);
    }

    private static void Production(IWebHostBuilder builder) => builder.UseEnvironment("Production")
        .UseSetting("Access:ServiceKey", "key-among-the-services").UseSetting("Access:ApiKeys:mine", Secret)
        .UseSetting("Access:PublishableKeys:mine:Key", Key).UseSetting("Access:PublishableKeys:mine:Origins:0", Shop)
        .UseSetting("Access:PublishableKeys:other:Key", Other).UseSetting("Access:PublishableKeys:other:Origins:0", "https://other.example");

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? origin, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return await http.SendAsync(request);
    }

    private static StringContent Events(string user) => new($$"""{"events":[{"id":"1","name":"select_item","user":"{{user}}","items":[{"item_id":"a"}]}]}""", Encoding.UTF8, "text/plain");

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static string? AllowedOrigin(HttpResponseMessage response) => response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
