using System.Net;
using System.Net.Http.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;

namespace ModelOps.Tests.Registry;

public sealed class TagsTests(Stores stores) : IAsyncLifetime
{
    private Service<RegistryDb> service = null!;
    private HttpClient http = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<RegistryDb>(["registrydb"]);
        http = service.CreateClient();
        registry = new RegistryClient(http);
        foreach (var model in (string[])["first", "first", "second"])
            await registry.CreateVersionAsync(StoreId.Main, model, new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string> { ["dataset"] = "shop" }), Guid.NewGuid().ToString());
    }

    [Fact]
    public async Task Tags_AreSet_Replaced_Deleted_AndFiltered()
    {
        await registry.SetTagAsync(StoreId.Main, "first", null, "team", "search");
        await registry.SetTagAsync(StoreId.Main, "first", null, "team", "home");
        await registry.SetTagAsync(StoreId.Main, "second", null, "team", "search");
        await registry.SetTagAsync(StoreId.Main, "first", 2, "reviewed", "by Zoë: 100 %");
        await registry.SetTagAsync(StoreId.Main, "first", 2, "gone", "soon");
        await registry.DeleteTagAsync(StoreId.Main, "first", 2, "gone");

        var first = (await registry.FindAsync(StoreId.Main, "first"))!;
        Assert.Equal([new("team", "home")], first.Tags);
        Assert.Equal([new("dataset", "shop"), new("reviewed", "by Zoë: 100 %")], first.Versions[0].Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal));
        Assert.Equal(["first", "second"], await ModelsAsync("?tag=team"));
        Assert.Equal(["second"], await ModelsAsync("?tag=team:search"));
        Assert.Equal([], await ModelsAsync("?tag=team:search&tag=owner"));
        Assert.Equal([2], await VersionsAsync("?tag=reviewed"));
        Assert.Equal([2], await VersionsAsync($"?tag=dataset:shop&tag={Uri.EscapeDataString("reviewed:by Zoë: 100 %")}"));
        Assert.Equal([2, 1], await VersionsAsync("?tag=dataset:shop"));
        Assert.Equal([], await VersionsAsync("?tag=dataset:other"));
    }

    [Fact]
    public async Task Tags_SetAtOnce_AllCount()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => registry.SetTagAsync(StoreId.Main, "first", number % 2 == 0 ? null : 1, $"tag-{number}", $"{number}")));

        var model = (await registry.FindAsync(StoreId.Main, "first"))!;
        Assert.Equal(6, model.Tags.Count);
        Assert.Equal(7, model.Versions[1].Tags.Count);
    }

    [Fact]
    public async Task Descriptions_AreKept()
    {
        await registry.DescribeAsync(StoreId.Main, "first", null, "What shoppers see.");
        await registry.SetTagAsync(StoreId.Main, "first", null, "team", "home");
        await registry.DescribeAsync(StoreId.Main, "first", 1, "The first of its kind.");

        var model = (await registry.FindAsync(StoreId.Main, "first"))!;
        Assert.Equal(("What shoppers see.", "The first of its kind.", ""), (model.Description, model.Versions[1].Description, model.Versions[0].Description));
        Assert.Equal("home", model.Tags["team"]);
    }

    [Fact]
    public async Task Tags_ThatCannotBe_AreRefused()
    {
        var lineage = await Assert.ThrowsAsync<ServiceException>(() => registry.SetTagAsync(StoreId.Main, "first", 1, "dataset", "another"));
        var deleted = await Assert.ThrowsAsync<ServiceException>(() => registry.DeleteTagAsync(StoreId.Main, "first", 1, "dataset"));

        Assert.Equal(["urn:modelops:tag-lineage", "urn:modelops:tag-lineage"], [lineage.Type, deleted.Type]);
        await (await http.PutAsJsonAsync("/v1/models/first/tags/a b", new TagValue("x"))).ProblemAsync(HttpStatusCode.BadRequest, "tag");
        await (await http.PutAsJsonAsync("/v1/models/first/tags/a", new TagValue(new string('x', 5001)))).ProblemAsync(HttpStatusCode.BadRequest, "tag");
        await (await http.PutAsJsonAsync("/v1/models/third/tags/a", new TagValue("x"))).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await (await http.PutAsJsonAsync("/v1/models/first/versions/9/tags/a", new TagValue("x"))).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    private async Task<IEnumerable<string>> ModelsAsync(string query) =>
        (await (await http.GetAsync($"/v1/models{query}")).ReadAsync<Page<RegisteredModel>>()).Items.Select(model => model.Name);

    private async Task<IEnumerable<int>> VersionsAsync(string query) =>
        (await (await http.GetAsync($"/v1/models/first/versions{query}")).ReadAsync<Page<ModelVersion>>()).Items.Select(version => version.Version);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
