using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Profiles;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.DataPrep.Datasets;
using ModelOps.EventLog;
using ModelOps.Inference.Models;
using ModelOps.Pipeline.Runs;
using ModelOps.Privacy;
using ModelOps.Registry;
using ModelOps.Tests.Privacy;

namespace ModelOps.Tests.Inference.Profiles;

/// <summary>A package of profiles registered, loaded by two replicas, and asked by HTTP; consent and erasure at data preparation, lists at the pipeline service. Started once: each test has shoppers of its own.</summary>
public sealed class ProfilesServices(Stores stores) : IAsyncLifetime
{
    /// <summary>Whom data preparation hides; the package knows her by her hidden id.</summary>
    public const string Hidden = "ida@shop.example";

    private readonly List<IAsyncDisposable> services = [];

    public HttpClient Http { get; private set; } = null!;

    public HttpClient Second { get; private set; } = null!;

    public HttpClient DataPrep { get; private set; } = null!;

    public HttpClient Pipeline { get; private set; } = null!;

    public string HiddenId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var settings = await stores.SettingsAsync("eventsdb", "datasetsdb", "pipelinedb");
        var registry = Keep(await stores.StartAsync<RegistryDb>(["registrydb"]));
        DataPrep = Keep(new Service<DatasetsDb>(settings, MonitorThatKnowsNobody.Answer)).CreateClient();
        // The first word about a person whose id names them makes the store's key.
        using (var granted = await DataPrep.PutAsJsonAsync($"/v1/users/{Hidden}/consent", new ConsentChange(new Dictionary<string, bool> { [ConsentPurpose.Profiling] = true })))
            granted.EnsureSuccessStatusCode();
        var inference = Replica(settings);
        HiddenId = new PersonalData((await inference.Services.GetRequiredService<PersonKeys>().FindAsync(StoreId.Main))!).Protect(Hidden);
        var versions = new RegistryClient(registry.CreateClient());
        await versions.SetAliasAsync(StoreId.Main, "profiles", "champion", new AliasRequest(await TinyPackage.UploadAsync(versions, "profiles", "first", await ProfilePackage.WriteAsync(DateTime.UtcNow, likeAnn: ["buyer", "refuser", "erased", HiddenId])), "first"));
        Http = inference.CreateClient();
        Second = Replica(new Dictionary<string, string>(settings) { ["Packages:Folder"] = settings["Packages:Folder"] + "-2" }).CreateClient();
        Pipeline = Keep(new Service<PipelineDb>(settings, builder => builder.ConfigureTestServices(all =>
            all.AddHttpClient<InferenceClient>().ConfigurePrimaryHttpMessageHandler(() => inference.Server.CreateHandler())))).CreateClient();
        foreach (var replica in (HttpClient[])[Http, Second])
            await Eventually.TrueAsync(async () => (await replica.GetAsync("/v1/profiles/ann")).IsSuccessStatusCode, "the profiles to be deployed");

        Service<LoadedModels> Replica(IReadOnlyDictionary<string, string> own) => Keep(new Service<LoadedModels>(own, builder => builder.ConfigureTestServices(all =>
            all.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registry.Server.CreateHandler()))));
    }

    private Service<T> Keep<T>(Service<T> service) where T : class
    {
        services.Add(service);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in (HttpClient[])[Http, Second, DataPrep, Pipeline])
            client.Dispose();
        foreach (var service in services)
            await service.DisposeAsync();
    }
}

public sealed class ProfilesApiTests(ProfilesServices services) : IClassFixture<ProfilesServices>
{
    private readonly HttpClient http = services.Http, second = services.Second, dataPrep = services.DataPrep, pipeline = services.Pipeline;

    [Fact]
    public async Task Profile_AnAcceptedEvent_CountsOnEveryReplica_AndNotBeforeItHappened()
    {
        var before = DateTimeOffset.UtcNow;
        Assert.Equal(3, (await ProfileAsync(second, "buyer")).Rfm.Orders);

        await BuyAsync("buyer", "lamp", 9.5m);

        foreach (var replica in (HttpClient[])[http, second])
        {
            var profile = await ProfileAsync(replica, "buyer");
            Assert.Equal((4, 104.5, "champion", true), (profile.Rfm.Orders, profile.Rfm.Spend, profile.Rfm.Segment, profile.UpToDate));
            Assert.Equal("Home|Light", profile.Interests.Categories[0].Name); // the newest counts most
            Assert.Equal("purchase", profile.Interests.Categories[0].Evidence[0].Event);
        }
        Assert.Equal(3, (await ProfileAsync(http, "buyer", $"?at={Uri.EscapeDataString(before.ToString("O"))}")).Rfm.Orders);
        Assert.Contains("No recommender", (await ProfileAsync(http, "buyer")).NoVector, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_OfANewcomer_IsMadeOfTheLogAlone_AndOfNobody_IsNotFound()
    {
        await (await http.GetAsync("/v1/profiles/cat")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await BuyAsync("cat", "hose", 20);
        var profile = await ProfileAsync(http, "cat");
        Assert.Equal(("new", "new", 1d), (profile.Rfm.Segment, profile.Rfm.Lifecycle, profile.Scores.Propensity));

        Assert.Contains("at most 500", await (await http.GetAsync($"/v1/profiles/{new string('a', 501)}")).ProblemAsync(HttpStatusCode.BadRequest, "profile-request"), StringComparison.Ordinal);
        Assert.Contains("yet to come", await (await http.GetAsync("/v1/profiles/ann?at=2200-01-01T00:00:00Z")).ProblemAsync(HttpStatusCode.BadRequest, "profile-request"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_GoesThroughAll_PackagedAndLogged_PageByPage()
    {
        await BuyAsync("aa", "spade", 30);
        var (users, query) = (new List<string>(), new ProfileQuery(Limit: 1));
        do
        {
            var page = await FindAsync(query);
            users.AddRange(page.Profiles.Select(profile => profile.User));
            query = query with { After = page.Next };
        }
        while (query.After is not null);

        Assert.Equal(users.Distinct().Order(StringComparer.Ordinal), users);
        Assert.Equal(["aa", "ann", "bob"], users.Intersect(["aa", "ann", "bob"]));
        Assert.Equal(["aa", "ann"], (await UsersAsync(new ProfileFilter(Category: "garden"))).Intersect(["aa", "ann", "bob"]));
        Assert.Equal(["ann"], (await UsersAsync(new ProfileFilter(Propensity: new NumberRange(AtLeast: 2), Clusters: ["high orders"]))).Intersect(["aa", "ann", "bob"]));
        Assert.Equal(["bob"], await UsersAsync(new ProfileFilter(Segments: ["hibernating", "lost"], ChurnRisk: new NumberRange(90, 200))));
        Assert.Contains("sensitive", await (await http.PostAsJsonAsync("/v1/profiles/find", new ProfileQuery(new ProfileFilter(Category: "Medical")))).ProblemAsync(HttpStatusCode.BadRequest, "profile-request"), StringComparison.Ordinal);
        Assert.Contains("1 to 1000", await (await http.PostAsJsonAsync("/v1/profiles/find", new ProfileQuery(Limit: 0))).ProblemAsync(HttpStatusCode.BadRequest, "profile-request"), StringComparison.Ordinal);
    }

    /// <summary>The log has her e-mail address, the package its hash; both are one person, also where she refuses.</summary>
    [Fact]
    public async Task Profile_OfAnIdThatDataPreparationHides_HasPackageAndLog_AndHerWordCountsForBoth()
    {
        Assert.StartsWith("email:", services.HiddenId, StringComparison.Ordinal);
        Assert.Equal(3, (await ProfileAsync(http, ProfilesServices.Hidden)).Rfm.Orders);
        await BuyAsync(ProfilesServices.Hidden, "lamp", 9.5m);
        foreach (var replica in (HttpClient[])[http, second])
            Assert.Equal(4, (await ProfileAsync(replica, ProfilesServices.Hidden)).Rfm.Orders);

        await ConsentAsync(ProfilesServices.Hidden, granted: false, ConsentPurpose.Profiling);
        await Eventually.TrueAsync(async () => !(await UsersAsync(null)).Intersect([ProfilesServices.Hidden, services.HiddenId]).Any(), "the list without her");
    }

    [Fact]
    public async Task Consent_ARefusal_CountsOnEveryReplica_AndInLists_UntilItIsTakenBack()
    {
        await ConsentAsync("refuser", granted: false, ConsentPurpose.Profiling);
        foreach (var replica in (HttpClient[])[http, second])
            await Eventually.TrueAsync(async () => (await replica.GetAsync("/v1/profiles/refuser")).StatusCode == HttpStatusCode.Forbidden, "the refusal to count");
        await (await http.GetAsync("/v1/profiles/refuser")).ProblemAsync(HttpStatusCode.Forbidden, "no-consent");
        var audience = await SelectAsync(new ProfileAudienceRequest(Sample: 100));
        Assert.Equal((audience.Looked, 0), (audience.Count + audience.Refused, audience.Sample.Count(one => one.User == "refuser")));
        Assert.True(audience.Refused > 0);

        await ConsentAsync("refuser", granted: true, ConsentPurpose.Profiling);
        await Eventually.TrueAsync(async () => (await http.GetAsync("/v1/profiles/refuser")).IsSuccessStatusCode, "the consent to count");
        await ConsentAsync("refuser", granted: false, ConsentPurpose.Campaigns);
        await Eventually.TrueAsync(async () => !(await UsersAsync(null)).Contains("refuser"), "the list without her");
        Assert.True((await http.GetAsync("/v1/profiles/refuser")).IsSuccessStatusCode); // only lists of whom to contact are without her

        foreach (var body in (string[])["{}", """{"purposes":{}}""", """{"purposes":{"erased":true}}"""])
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            Assert.Contains("recommendations, campaigns, profiling", await (await dataPrep.PutAsync("/v1/users/refuser/consent", content)).ProblemAsync(HttpStatusCode.BadRequest, "consent"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Erase_TheProfileIsGone_AlsoOutOfTheDeployedPackage_AndWhatIsDoneLaterCountsAgain()
    {
        await BuyAsync("erased", "lamp", 9.5m);
        var erasure = await (await dataPrep.DeleteAsync("/v1/users/erased")).ReadAsync<Erasure>();
        await Eventually.TrueAsync(async () => (erasure = await (await dataPrep.GetAsync($"/v1/erasures/{erasure.Id}")).ReadAsync<Erasure>()).State.IsFinal(), "the erasure");
        foreach (var replica in (HttpClient[])[http, second])
            await Eventually.TrueAsync(async () => (await replica.GetAsync("/v1/profiles/erased")).StatusCode == HttpStatusCode.NotFound, "the profile to be gone");

        await BuyAsync("erased", "hose", 20);
        Assert.Equal(1, (await ProfileAsync(http, "erased")).Rfm.Orders);
    }

    [Fact]
    public async Task Export_HasWhatIsKept()
    {
        await BuyAsync("dan", "lamp", 9.5m);
        await ConsentAsync("dan", granted: false, ConsentPurpose.Recommendations);

        var document = await (await dataPrep.GetAsync("/v1/users/dan")).ReadAsync<PersonDocument>();

        Assert.Equal("purchase", Assert.Single(document.Events).GetProperty("name").GetString());
        Assert.Equal("lamp", document.Events[0].GetProperty("items")[0].GetProperty("item_id").GetString());
        Assert.Equal((ConsentPurpose.Recommendations, false), (Assert.Single(document.Consents).Purpose, document.Consents[0].Granted));
        Assert.Empty((await (await dataPrep.GetAsync("/v1/users/nobody")).ReadAsync<PersonDocument>()).Events);
    }

    [Fact]
    public async Task Audience_CountsSamplesAndWritesAFile()
    {
        var audience = await SelectAsync(new ProfileAudienceRequest(new ProfileFilter(Lifecycles: ["active", "lapsing"]), Sample: 1));
        Assert.Equal(("profiles", 1), (audience.Model, audience.Sample.Count));
        Assert.InRange(audience.Count, 2, audience.Looked - audience.Refused);

        using var file = await pipeline.PostAsJsonAsync("/v1/audiences/profiles?format=csv", new ProfileAudienceRequest(Sample: 0));
        Assert.Equal("text/csv", file.Content.Headers.ContentType?.MediaType);
        var lines = (await file.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("User,Segment,Lifecycle", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("ann,promising,active", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("bob,", StringComparison.Ordinal));
        Assert.Contains("run the pipeline 'profiles'", await (await pipeline.PostAsJsonAsync("/v1/audiences/profiles", new ProfileAudienceRequest(Model: "nothing"))).ProblemAsync(HttpStatusCode.NotFound, "nothing-deployed"), StringComparison.Ordinal);
    }

    private static async Task<ShopperProfile> ProfileAsync(HttpClient replica, string user, string query = "") => await (await replica.GetAsync($"/v1/profiles/{user}{query}")).ReadAsync<ShopperProfile>();

    private async Task<ProfilePage> FindAsync(ProfileQuery query) => await (await http.PostAsJsonAsync("/v1/profiles/find", query)).ReadAsync<ProfilePage>();

    private async Task<List<string>> UsersAsync(ProfileFilter? filter) => [.. (await FindAsync(new ProfileQuery(filter))).Profiles.Select(profile => profile.User)];

    private async Task<ProfileAudience> SelectAsync(ProfileAudienceRequest request) => await (await pipeline.PostAsJsonAsync("/v1/audiences/profiles", request)).ReadAsync<ProfileAudience>();

    private async Task ConsentAsync(string user, bool granted, string purpose)
    {
        using var response = await dataPrep.PutAsJsonAsync($"/v1/users/{user}/consent", new ConsentChange(new Dictionary<string, bool> { [purpose] = granted }));
        Assert.Contains(await response.ReadAsync<IReadOnlyList<Consent>>(), consent => consent.Purpose == purpose && consent.Granted == granted);
    }

    private async Task BuyAsync(string user, string item, decimal price)
    {
        using var response = await http.PostAsJsonAsync("/v1/events", new EventBatch([new ShopEvent(null, "purchase", user, null, null, [new EventItem(item, 1, price)], null)]));
        Assert.Equal(1, (await response.ReadAsync<EventReceipt>()).Accepted);
    }
}
