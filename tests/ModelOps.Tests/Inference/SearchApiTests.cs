using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Catalogue;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Rules;
using ModelOps.Contracts.Versions;
using ModelOps.EventLog;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Inference.Models;
using ModelOps.Inference.Search;
using ModelOps.Registry;
using ModelOps.Search.Packages;
using ModelOps.Search.Ranking;
using ModelOps.Search.Vectors;
using ModelOps.Tests.Inference.Texts;
using ModelOps.Tests.Search;

namespace ModelOps.Tests.Inference;

/// <summary>A search package registered, loaded, and asked by HTTP.</summary>
public sealed class SearchApiTests(Stores stores) : IAsyncLifetime
{
    private Service<RegistryDb> registryService = null!;
    private Service<LoadedModels> inference = null!;
    private HttpClient registryHttp = null!;
    private HttpClient http = null!;
    private InferenceClient client = null!;

    public async ValueTask InitializeAsync()
    {
        registryService = await stores.StartAsync<RegistryDb>(["registrydb"]);
        registryHttp = registryService.CreateClient();
        await DeployAsync("first", new SearchSettings());
        inference = new Service<LoadedModels>(await stores.SettingsAsync("eventsdb"), builder => builder.ConfigureTestServices(services =>
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registryService.Server.CreateHandler())));
        http = inference.CreateClient();
        client = new InferenceClient(http);
        await Eventually.TrueAsync(async () => (await http.PostAsJsonAsync("/v1/search", new SearchRequest(""))).IsSuccessStatusCode, "the search to be deployed");
    }

    [Fact]
    public async Task Search_Products_WithFacetsHighlightsAndReasons()
    {
        var answer = await SearchAsync(new SearchRequest("projectr", Facets: ["brand", "price"], Explain: true));

        Assert.Equal(["projector", "lamp"], answer.Items.Select(item => item.Id));
        Assert.Equal((2, "all", "projector", "champion"), (answer.Total, answer.Match, answer.Suggestion, answer.Arm));
        Assert.Equal("Epson EB-X41 data <em>projector</em> 3600 lumens", answer.Items[0].Title);
        Assert.Equal([new SearchFacet("Epson", 2)], answer.Facets["brand"]);
        Assert.Equal(2, answer.Facets["price"].Sum(range => range.Count));
        Assert.True(answer.Items[0].Why!["head"] > 1);
        Assert.All(answer.Items, item => Assert.Equal(item.Why!["words"], item.Why!.Where(part => part.Key.StartsWith("words.", StringComparison.Ordinal)).Sum(part => part.Value), 1e-6));
        Assert.Equal(["words.title", "words.category"], answer.Items[0].Why!.Keys.Where(key => key.StartsWith("words.", StringComparison.Ordinal)));
        Assert.True(answer.Items[1].Why!["words.description"] > 0); // the lamp's says what it is for
    }

    [Fact]
    public async Task Search_FiltersSortAndPages()
    {
        var cheap = await SearchAsync(new SearchRequest("camera", Filter: new SearchFilter(MaxPrice: 100), Facets: ["brand"]));
        Assert.Equal(["camera-case"], cheap.Items.Select(item => item.Id));

        var all = await SearchAsync(new SearchRequest("power bank", Sort: SearchSort.PriceDown, Filter: new SearchFilter(Available: false)));
        Assert.Equal(["bank", "bank-3", "bank-2"], all.Items.Select(item => item.Id));

        var second = await SearchAsync(new SearchRequest("power bank", Sort: SearchSort.PriceUp, Count: 1, Page: 2));
        Assert.Equal((2, "bank-3"), (second.Total, Assert.Single(second.Items).Id));
    }

    [Fact]
    public async Task Search_PriceAndStock_CountInTheNextAnswer()
    {
        Assert.DoesNotContain("bank", (await SearchAsync(new SearchRequest("anker power bank"))).Items.Select(item => item.Id));

        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new CatalogueItemChange("bank", 33.5, "in_stock")]));

        var first = (await SearchAsync(new SearchRequest("anker power bank"))).Items[0];
        Assert.Equal(("bank", 33.5, true), (first.Id, first.Price, first.Available));
    }

    [Fact]
    public async Task Search_Rules_PinBuryAndRedirect()
    {
        await client.PutRulesAsync(StoreId.Main, new NewRuleSet("""
            rules:
            - { name: partner, pin: [cable], when: { queries: ["Set, HEAD"] } }
            - { name: no-lamps, bury: 5, products: { brands: [Epson], min_price: 100 }, when: { kinds: [search] } }
            - { name: returns, redirect: /returns, when: { queries: ["return policy", "policy return"] } }
            - { name: elsewhere, pin: [shoe] }
            """, "me", "season", 0));

        var pinned = await SearchAsync(new SearchRequest("Head set!"));
        Assert.Equal(["cable", "headset"], pinned.Items.Take(2).Select(item => item.Id));
        Assert.Equal(["partner"], pinned.Items[0].Rules!);
        Assert.Equal("lamp", (await SearchAsync(new SearchRequest("projector"))).Items[0].Id);
        Assert.Equal("/returns", (await SearchAsync(new SearchRequest("Return policy?"))).Redirect);
    }

    [Fact]
    public async Task Search_AShopper_SeesWhatTheyLikeFurtherUp_AndTheLogKnowsTheQuery()
    {
        Assert.Equal(["bank-2", "bank-3"], (await SearchAsync(new SearchRequest("power bank"))).Items.Select(item => item.Id).Order());
        var before = (await SearchAsync(new SearchRequest("power bank", User: "u"))).Items.Single(item => item.Id == "bank-3").Score;
        await http.PostAsync("/v1/events", new StringContent("""{"events":[{"name":"view_item","user":"u","items":[{"item_id":"bank-3"}]}]}""", System.Text.Encoding.UTF8, "application/json"));

        var after = await SearchAsync(new SearchRequest("power bank", User: "u"));

        Assert.Equal(before * 1.2, after.Items.Single(item => item.Id == "bank-3").Score, 1e-6);
        var events = inference.Services.GetRequiredService<ShopEvents>();
        await Eventually.TrueAsync(async () => (await events.FindImpressionsAsync([after.Token])).Count == 1, "the impression to be logged");
        var logged = (await events.FindImpressionsAsync([after.Token]))[(StoreId.Main, after.Token)];
        Assert.Equal(("power bank", "search", "u"), (logged.Query, logged.Placement, logged.User));
        Assert.Equal(after.Items.Select(item => item.Id), logged.Items);
    }

    [Fact]
    public async Task Search_WhatWasAskedAndFound_IsLogged()
    {
        var answers = new[]
        {
            await SearchAsync(new SearchRequest("Power-BANKS!", User: "u", Count: 1, Page: 2, Sort: SearchSort.PriceUp, Filter: new SearchFilter(MaxPrice: 1000, Brands: ["an\0ker", "Xiaomi", "Anker"]))),
            await SearchAsync(new SearchRequest("zzzzqqq", Session: "s")),
            await SearchAsync(new SearchRequest("")),
        };

        var events = inference.Services.GetRequiredService<ShopEvents>();
        var tokens = answers.Select(answer => answer.Token).ToList();
        await Eventually.TrueAsync(async () => (await events.FindImpressionsAsync(tokens)).Count == 3, "the impressions to be logged");
        var logged = await events.FindImpressionsAsync(tokens);
        var searches = tokens.Select(token => logged[(StoreId.Main, token)].Search!).ToList();
        Assert.Equal(("power banks", 2, 1, answers[0].Total, SearchSort.PriceUp), (searches[0].Form, searches[0].Page, searches[0].First, searches[0].Found, searches[0].Sort));
        Assert.Contains("Xiaomi", searches[0].Filter, StringComparison.Ordinal);
        Assert.Equal(("zzzzqqq", 0, "none", null), (searches[1].Form, searches[1].Found, searches[1].Match, searches[1].Filter)); // popular ones came, and none was found
        var explained = await SearchAsync(new SearchRequest("headset", Explain: true));
        await Eventually.TrueAsync(async () => (await events.FindImpressionsAsync([explained.Token])).Count == 1, "the explained answer to be logged");
        Assert.Null((await events.FindImpressionsAsync([explained.Token]))[(StoreId.Main, explained.Token)].Search); // nobody shopped
        Assert.Equal(("", answers[2].Total), (searches[2].Form, searches[2].Found)); // who asks for nothing leafs through
    }

    [Fact]
    public async Task Search_WithVectors_FindsWhatIsNear_AndKeepsTheQuerysVector()
    {
        var folder = Directory.CreateTempSubdirectory("modelops-search-").FullName;
        TinyEncoder.Write(folder, EncoderKind.Embed);
        var (near, far) = (TinyEncoder.Vector("[CLS]", "blue", "pan", "[SEP]"), TinyEncoder.Vector("[CLS]", "blue", "pan", "[SEP]").Select(value => -value).ToArray());
        var settings = new SearchSettings { Weights = SearchWeights.Default with { Dense = .2 } };
        await SearchPackage.WriteAsync(folder, settings, SmallCatalogue.Products, ItemVectors.Of([.. SmallCatalogue.Products.Select(product => product.Id == "headset" ? near : far)]));
        await DeployAsync("dense", folder);
        await Eventually.TrueAsync(async () => (await SearchAsync(new SearchRequest(""))).Model.Version == 2, "the second version to answer");

        var outcomes = new List<object?>();
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => outcomes.AddRange(tags.ToArray().Where(tag => tag.Key == "outcome").Select(tag => tag.Value)));
        listener.EnableMeasurementEvents(inference.Services.GetRequiredService<SearchMetrics>().Vectors);
        foreach (var outcome in new[] { SearchMetrics.Computed, SearchMetrics.Kept })
        {
            var answer = await SearchAsync(new SearchRequest("blue pan", Explain: true));
            Assert.Equal(("near", "headset"), (answer.Match, Assert.Single(answer.Items).Id));
            Assert.True(answer.Items[0].Why!["vectors"] > 0);
            Assert.Equal(outcome, outcomes[^1]);
        }
        Assert.Equal("projector", (await SearchAsync(new SearchRequest("projector"))).Items[0].Id);
    }

    [Fact]
    public async Task Search_WithAReranker_OrdersTheBestAgain()
    {
        var folder = Directory.CreateTempSubdirectory("modelops-search-").FullName;
        TinyEncoder.Write(folder, EncoderKind.Rerank);
        File.Move(Path.Combine(folder, PackageFiles.Encoder), Path.Combine(folder, PackageFiles.Reranker));
        File.Move(Path.Combine(folder, PackageFiles.Model), Path.Combine(folder, PackageFiles.RerankerModel));
        var before = (await SearchAsync(new SearchRequest("power bank"))).Items;
        await SearchPackage.WriteAsync(folder, new SearchSettings { Rerank = new RerankSettings(2, 3) }, SmallCatalogue.Products);
        await DeployAsync("reranked", folder);
        await Eventually.TrueAsync(async () => (await SearchAsync(new SearchRequest(""))).Model.Version == 2, "the second version to answer");

        var after = (await SearchAsync(new SearchRequest("power bank", Explain: true))).Items;

        Assert.Equal(before.Select(item => item.Id).Order(), after.Select(item => item.Id).Order());
        Assert.All(after, item => Assert.Equal(before.Single(one => one.Id == item.Id).Score * item.Why!["reranked"], item.Score, 1e-6));
        Assert.Equal(2, after.Select(item => item.Why!["reranked"]).Distinct().Count());
        Assert.Equal(after.OrderByDescending(item => item.Score).Select(item => item.Id), after.Select(item => item.Id));
        Assert.All((await SearchAsync(new SearchRequest("power bank", Sort: SearchSort.PriceUp, Explain: true))).Items, item => Assert.DoesNotContain("reranked", item.Why!.Keys));
    }

    [Theory]
    [InlineData("😀🎧💥")]
    [InlineData("' OR 1=1; DROP TABLE products; --")]
    [InlineData("[SEP] [CLS] [MASK]")]
    [InlineData("title:(a OR b)^2 AND *:* +[1 TO 2}")]
    [InlineData("شاحن هاتف")]
    [InlineData("\u202Ecamera\u0000")]
    public async Task Search_AnyQuery_IsAnswered(string query) => Assert.NotEmpty((await SearchAsync(new SearchRequest(query))).Items);

    [Fact]
    public async Task Search_WithACharacterThatNoLogKeeps_IsLoggedAsTheOthersAre()
    {
        var events = inference.Services.GetRequiredService<ShopEvents>();
        var answer = await SearchAsync(new SearchRequest("camera\0"));
        await Eventually.TrueAsync(async () => (await events.FindImpressionsAsync([answer.Token])).Count == 1, "the impression to be logged");
        using var refused = await http.PostAsJsonAsync("/v1/search", new SearchRequest("camera", User: "a\0"));
        Assert.Contains("U+0000", await refused.ProblemAsync(HttpStatusCode.BadRequest, "search-request"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_TenThousandCharacters_IsAnswered_MoreIsRefused()
    {
        Assert.Equal("headset", (await SearchAsync(new SearchRequest("headset " + new string('(', 9_992)))).Items[0].Id);
        using var response = await http.PostAsJsonAsync("/v1/search", new SearchRequest(new string('a', 10_001)));
        Assert.Contains("at most 10000", await response.ProblemAsync(HttpStatusCode.BadRequest, "search-request"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "'query' is missing")]
    [InlineData("""{"query":"a","count":0}""", "from 1 to 200")]
    [InlineData("""{"query":"a","page":20000}""", "Narrow the search")]
    [InlineData("""{"query":"a","sort":"random"}""", "known: relevance, price_asc")]
    [InlineData("""{"query":"a","filter":{"minPrice":2,"maxPrice":1}}""", "above 'filter.maxPrice'")]
    [InlineData("""{"query":"a","filter":{"brands":[null]}}""", "one of them is null")]
    [InlineData("""{"query":"a","filter":{"attributes":{"colour":null}}}""", "is null")]
    [InlineData("""{"query":"a","facets":[""]}""", "one of them is empty")]
    public async Task Search_ABadRequest_SaysWhy(string body, string says)
    {
        using var response = await http.PostAsync("/v1/search", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, "search-request"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_OfAModelThatIsNotThere_SaysWhatToDo()
    {
        using var response = await http.PostAsJsonAsync("/v1/search", new SearchRequest("a", Model: "nothing"));
        Assert.Contains("run the pipeline 'search'", await response.ProblemAsync(HttpStatusCode.NotFound, "nothing-deployed"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/v2/models/search", UriKind.Relative))).StatusCode); // it has no tensors
    }

    [Fact]
    public async Task Suggest_CompletesFromTheDeployedVersion_AndANewVersionIsSwappedIn()
    {
        var suggested = await http.GetFromJsonAsync<SuggestResponse>("/v1/search/suggest?q=power%20b&count=3");
        Assert.Equal(("power bank", 1), (suggested!.Suggestions[0], suggested.Model.Version));

        await DeployAsync("second", new SearchSettings { Queries = [new AskedQuery("power strip", 99)] });

        await Eventually.TrueAsync(async () => (await http.GetFromJsonAsync<SuggestResponse>("/v1/search/suggest?q=power&count=3"))!.Suggestions[0] == "power strip", "the second version to answer");
    }

    [Fact]
    public async Task Shadow_IsComparedAndNotShown()
    {
        var registry = new RegistryClient(registryHttp);
        var folder = Directory.CreateTempSubdirectory("modelops-search-").FullName;
        await SearchPackage.WriteAsync(folder, new SearchSettings(), SmallCatalogue.Products);
        var version = await TinyPackage.UploadAsync(registry, "search", "shadowed", folder);
        await registry.StartRolloutAsync(StoreId.Main, "search", new RolloutRequest(RolloutKind.Shadow, version, MirrorPercent: 100));
        var log = inference.Services.GetRequiredService<ShopEvents>();
        async Task<Impression?> ShadowAsync() => (await log.ReadImpressionsAsync(0, 100_000)).Events.FirstOrDefault(impression => impression.Arm == "shadow");

        await Eventually.TrueAsync(async () =>
        {
            Assert.Equal("champion", (await SearchAsync(new SearchRequest("projectr"))).Arm);
            return await ShadowAsync() is not null;
        }, "the shadow");

        var shadow = (await ShadowAsync())!;
        Assert.Equal((version, 1.0, false, null), (shadow.Version, shadow.Overlap, shadow.Failed, shadow.Search)); // the same package finds the same, and nobody has searched there
        Assert.Equal(["projector", "lamp"], shadow.Items);
    }

    private async Task<SearchResponse> SearchAsync(SearchRequest request) => await client.SearchAsync(StoreId.Main, request);

    private async Task DeployAsync(string key, SearchSettings settings)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-search-").FullName;
        await SearchPackage.WriteAsync(folder, settings, SmallCatalogue.Products);
        await DeployAsync(key, folder);
    }

    private async Task DeployAsync(string key, string folder)
    {
        var registry = new RegistryClient(registryHttp);
        await registry.SetAliasAsync(StoreId.Main, "search", "champion", new AliasRequest(await TinyPackage.UploadAsync(registry, "search", key, folder), key));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await inference.DisposeAsync();
        registryHttp.Dispose();
        await registryService.DisposeAsync();
    }
}
