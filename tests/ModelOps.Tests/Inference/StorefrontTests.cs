using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Catalogue;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Rules;
using ModelOps.Contracts.Versions;
using ModelOps.EventLog;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Models;
using ModelOps.Registry;

namespace ModelOps.Tests.Inference;

/// <summary>What a storefront and its merchandisers change counts in the next answer, on every replica; carts, visits, batches and pages.</summary>
public sealed class StorefrontTests(Stores stores) : IAsyncLifetime
{
    private readonly string model = $"storefront-{Guid.NewGuid():N}"; // the cache is one for all tests

    private Service<RegistryDb> registryService = null!;
    private IReadOnlyDictionary<string, string> settings = null!;
    private Service<LoadedModels> inference = null!;
    private Service<LoadedModels> replica = null!;
    private HttpClient registryHttp = null!;
    private HttpClient http = null!;
    private HttpClient replicaHttp = null!;
    private InferenceClient client = null!;

    public async ValueTask InitializeAsync()
    {
        registryService = await stores.StartAsync<RegistryDb>(["registrydb"]);
        registryHttp = registryService.CreateClient();
        await TinyPackage.DeployAsync(new RegistryClient(registryHttp), model, "first");
        settings = await stores.SettingsAsync("eventsdb");
        inference = Start(settings);
        replica = Start(new Dictionary<string, string>(settings) { ["Packages:Folder"] = Directory.CreateTempSubdirectory("modelops-replica-").FullName });
        (http, replicaHttp) = (inference.CreateClient(), replica.CreateClient());
        client = new InferenceClient(http);
        foreach (var one in new[] { http, replicaHttp })
            await Eventually.TrueAsync(async () => (await one.PostAsJsonAsync("/v1/recommendations", new RecommendationRequest(Model: model))).IsSuccessStatusCode, "the first version");
    }

    [Fact]
    public async Task Catalogue_SoldOut_IsGoneFromTheNextAnswer_AlsoACachedOne_AndOnTheOtherReplica()
    {
        var request = new RecommendationRequest(User: "known", Count: 2, Model: model);
        Assert.Equal(["p3", "p2"], await IdsAsync(http, request));
        Assert.Equal(["p3", "p2"], await IdsAsync(replicaHttp, request));

        var receipt = await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new("p3", Availability: "out of stock"), new("p9", 1), new("", 1), new("p2", -1), new(new string('x', 501), 1), new("p2", Availability: "sometimes"), new("p2")]));

        Assert.Equal(2, receipt.Accepted);
        Assert.Equal([2, 3, 4, 5, 6], receipt.Rejected.Select(rejected => rejected.Index));
        Assert.Equal(["p2", "p1"], await IdsAsync(http, request));
        await Eventually.TrueAsync(async () => (await IdsAsync(replicaHttp, request)).SequenceEqual(["p2", "p1"]), "the other replica");
        Assert.False(Assert.Single(await client.GetProductsAsync(StoreId.Main, model, ["p3"])).Available);

        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new("p3", 7.5, "in_stock")]));
        Assert.Equal(["p3", "p2"], await IdsAsync(http, request));
        Assert.Equal(7.5, Assert.Single(await client.GetProductsAsync(StoreId.Main, model, ["p3"])).Price);
        Assert.Equal(["p3"], await IdsAsync(http, request with { Filter = new RecommendationFilter(MinPrice: 7) }));

        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync(new Uri("/v1/catalogue/p3", UriKind.Relative))).StatusCode);
        Assert.Empty(await IdsAsync(http, request with { Filter = new RecommendationFilter(MinPrice: 7) }));
        await (await http.DeleteAsync(new Uri("/v1/catalogue/p3", UriKind.Relative))).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Catalogue_OlderChange_ChangesNothing_AndAProductNamedTwiceKeepsBoth()
    {
        var noon = DateTimeOffset.UtcNow.AddHours(-1);
        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new("p4", 9, Time: noon), new("p4", Availability: "out_of_stock", Time: noon.AddMinutes(1))]));
        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new("p4", 1, "in_stock", noon.AddMinutes(-1))]));

        var product = Assert.Single(await client.GetProductsAsync(StoreId.Main, model, ["p4"]));
        Assert.Equal((9, false), (product.Price, product.Available));
    }

    [Fact]
    public async Task Catalogue_PriceAndStock_HaveTimesOfTheirOwn()
    {
        var noon = DateTimeOffset.UtcNow.AddHours(-1);
        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new("p4", 9, Time: noon)]));
        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new("p4", Availability: "out_of_stock", Time: noon.AddMinutes(-1))])); // another feed, a little behind

        var product = Assert.Single(await client.GetProductsAsync(StoreId.Main, model, ["p4"]));
        Assert.Equal((9, false), (product.Price, product.Available));
    }

    [Fact]
    public void Overlay_ChangesInAnyOrder_EndInTheSameRevision_AndEachIsAnother()
    {
        var (a, b) = (new ProductState(StoreId.Main, "a", null, false, null, DateTimeOffset.UnixEpoch, 100), new ProductState(StoreId.Main, "b", null, false, null, DateTimeOffset.UnixEpoch, 101));
        var (first, second) = (StoreOverlay.Empty.With([b]), StoreOverlay.Empty.With([a]));
        Assert.NotEqual(first.StockRevision, first.With([a]).StockRevision); // also where the lower position is seen later
        Assert.Equal(first.With([a]).StockRevision, second.With([b]).StockRevision);
        Assert.Equal(0ul, first.PriceRevision);
    }

    [Fact]
    public async Task Empty_UserAndSession_AreNobody()
    {
        var events = new EventBatch([new ShopEvent(null, EventNames.Purchase, "", Guid.NewGuid().ToString(), null, [new EventItem("p4")], null)]);
        Assert.Equal(1, (await client.SendEventsAsync(StoreId.Main, events)).Accepted);

        Assert.Equal("popular", Assert.Single((await client.RecommendAsync(StoreId.Main, new RecommendationRequest(User: "", Session: "", Count: 1, Model: model))).Items).Reason);
    }

    [Fact]
    public async Task Catalogue_UnreadableBody_IsRefused()
    {
        foreach (var body in new[] { "{", "[]", """{"item":[]}""" })
            await (await http.PatchAsync("/v1/catalogue", new StringContent(body, Encoding.UTF8, "application/json"))).ProblemAsync(HttpStatusCode.BadRequest, "catalogue-batch");
    }

    [Fact]
    public async Task Catalogue_KnownBefore_IsKnownAfterARestartWithoutTheDatabase()
    {
        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new("p3", Availability: "out_of_stock")]));
        await client.PutRulesAsync(StoreId.Main, new NewRuleSet("rules: [{ name: launch, pin: [p5] }]"));
        http.Dispose();
        await inference.DisposeAsync();

        inference = Start(new Dictionary<string, string>(settings) { ["ConnectionStrings:eventsdb"] = $"Host=127.0.0.1;Port=1;Database=x;Username=x;Password=x" });
        http = inference.CreateClient();
        await Eventually.TrueAsync(async () => (await http.PostAsJsonAsync("/v1/recommendations", new RecommendationRequest(Model: model))).IsSuccessStatusCode, "the restart");
        Assert.Equal(["p5", "p2"], await IdsAsync(http, new RecommendationRequest(User: "known", Count: 2, Model: model)));
    }

    [Fact]
    public async Task Rules_PutCheckedAndFollowed_WithTheirHistory()
    {
        var request = new RecommendationRequest(User: "known", Count: 2, Model: model);
        Assert.Equal(0, (await client.GetRulesAsync(StoreId.Main)).Version);
        var first = await client.PutRulesAsync(StoreId.Main, new NewRuleSet("rules: [{ name: launch, pin: [p5] }]", "Ann", "the launch"));
        Assert.Equal(1, first.Version);
        Assert.Equal(["p5", "p3"], await IdsAsync(http, request));
        await Eventually.TrueAsync(async () => (await IdsAsync(replicaHttp, request)).SequenceEqual(["p5", "p3"]), "the other replica");

        Assert.Contains("by is 'x'", await (await http.PutAsJsonAsync("/v1/rules", new NewRuleSet("rules: [{ name: a, cap: 1, by: x }]"))).ProblemAsync(HttpStatusCode.BadRequest, "rules"), StringComparison.Ordinal);
        await (await http.PutAsJsonAsync("/v1/rules", new NewRuleSet(null))).ProblemAsync(HttpStatusCode.BadRequest, "rules");
        await (await http.PutAsJsonAsync("/v1/rules", new NewRuleSet("", Version: 0))).ProblemAsync(HttpStatusCode.Conflict, "rules-changed");
        Assert.Equal(HttpStatusCode.NoContent, (await http.PostAsJsonAsync("/v1/rules/check", new NewRuleSet("diversity: 0.5"))).StatusCode);
        Assert.Equal(["p5", "p3"], await IdsAsync(http, request));

        await client.PutRulesAsync(StoreId.Main, new NewRuleSet("", "Bob", "launched", 1));
        Assert.Equal(["p3", "p2"], await IdsAsync(http, request));
        Assert.Equal([(2, "Bob"), (1, "Ann")], (await client.GetRuleHistoryAsync(StoreId.Main)).Select(set => (set.Version, set.By!)));
    }

    [Fact]
    public async Task Visit_WithoutAnAccount_IsAnsweredByWhatItDid()
    {
        var visit = Guid.NewGuid().ToString();
        var request = new RecommendationRequest(Session: visit, Count: 1, Model: model);
        Assert.Equal("popular", Assert.Single((await client.RecommendAsync(StoreId.Main, request)).Items).Reason);

        await client.SendEventsAsync(StoreId.Main, new EventBatch([new ShopEvent(null, EventNames.Purchase, null, visit, null, [new EventItem("p4")], null)]));

        // On a slow machine the event log is left alone for a moment; an answer without it is not kept.
        await Eventually.TrueAsync(async () => (await client.RecommendAsync(StoreId.Main, request)).Items is [{ Id: "p4", Reason: "model" }], "the visit's event");
    }

    [Fact]
    public async Task Batch_AnswersEach_AndNamesTheBadOne()
    {
        var answers = (await client.RecommendManyAsync(StoreId.Main, new RecommendationBatch(
            [new(User: "known", Count: 1, Model: model), new(Kind: RecommendationKind.BoughtTogether, Products: ["p1"], Count: 1, Model: model)]))).Answers;
        Assert.Equal(["p3", "p5"], answers.Select(answer => answer.Items[0].Id));
        Assert.NotEqual(answers[0].Token, answers[1].Token);

        Assert.Contains("Request 1: 'kind' is 'best'", await (await http.PostAsJsonAsync("/v1/recommendations/batch", new RecommendationBatch([new(), new(Kind: "best")]))).ProblemAsync(HttpStatusCode.BadRequest, "recommendation-request"), StringComparison.Ordinal);
        await (await http.PostAsJsonAsync("/v1/recommendations/batch", new RecommendationBatch([]))).ProblemAsync(HttpStatusCode.BadRequest, "recommendation-request");
        await (await http.PostAsJsonAsync("/v1/recommendations/batch", new RecommendationBatch([new(Model: "nowhere")]))).ProblemAsync(HttpStatusCode.NotFound, "nothing-deployed");
    }

    [Fact]
    public async Task Page_NoShelfRepeatsAnEarlierOne()
    {
        var page = await client.RecommendPageAsync(StoreId.Main, new PageRequest("known", null, [new("For you", Count: 2), new(Kind: RecommendationKind.Similar, Count: 1, Products: ["p1"]), new(Kind: RecommendationKind.Popular, Count: 5)], model));

        Assert.Equal(["For you", "similar", "popular"], page.Shelves.Select(shelf => shelf.Name));
        var shown = page.Shelves.SelectMany(shelf => shelf.Answer.Items.Select(item => item.Id)).ToList();
        Assert.Equal(shown.Distinct(), shown);
        Assert.Equal(["p3", "p2"], shown[..2]);
        Assert.Contains("Shelf 0", await (await http.PostAsJsonAsync("/v1/recommendations/page", new PageRequest("u", null, [new(Count: 0)]))).ProblemAsync(HttpStatusCode.BadRequest, "recommendation-request"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"best"}""", "known: for-you")]
    [InlineData("""{"products":["p1"]}""", "'kind' is absent")]
    [InlineData("""{"diversity":2}""", "from 0 to 1")]
    [InlineData("""{"filter":{"minPrice":3,"maxPrice":2}}""", "is above")]
    [InlineData("""{"kind":"similar","products":[null]}""", "one of them is null")]
    public async Task Request_ThatCannotBeUsed_SaysWhy(string body, string says) => Assert.Contains(
        says, await (await http.PostAsync("/v1/recommendations", new StringContent(body, Encoding.UTF8, "application/json"))).ProblemAsync(HttpStatusCode.BadRequest, "recommendation-request"), StringComparison.Ordinal);

    [Fact]
    public async Task Exploration_ItsProbabilitiesAreLogged()
    {
        await client.PutRulesAsync(StoreId.Main, new NewRuleSet("exploration: { share: 0.5, pool: 2 }"));
        var answers = new List<RecommendationResponse>();
        for (var call = 0; call < 40; call++)
            answers.Add(await client.RecommendAsync(StoreId.Main, new RecommendationRequest(User: "known", Count: 2, Model: model)));

        Assert.Contains(answers, answer => answer.Items[1] is { Reason: "explore", Propensity: 0.25 });
        Assert.Contains(answers, answer => answer.Items[1] is { Id: "p2", Propensity: 0.5 });
        var log = inference.Services.GetRequiredService<ShopEvents>();
        var tokens = answers.Select(answer => answer.Token).ToList();
        await Eventually.TrueAsync(async () => (await log.FindImpressionsAsync(tokens)).Count == tokens.Count, "the impressions");
        foreach (var impression in (await log.FindImpressionsAsync(tokens)).Values)
            Assert.Equal(answers.Single(answer => answer.Token == impression.Token).Items.Select(item => item.Propensity ?? 1), impression.Propensities);
    }

    private Service<LoadedModels> Start(IReadOnlyDictionary<string, string> from) => new(from, builder => builder.ConfigureTestServices(services =>
        services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registryService.Server.CreateHandler())));

    private static async Task<string[]> IdsAsync(HttpClient http, RecommendationRequest request) =>
        [.. (await new InferenceClient(http).RecommendAsync(StoreId.Main, request)).Items.Select(item => item.Id)];

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        replicaHttp.Dispose();
        await inference.DisposeAsync();
        await replica.DisposeAsync();
        registryHttp.Dispose();
        await registryService.DisposeAsync();
    }
}
