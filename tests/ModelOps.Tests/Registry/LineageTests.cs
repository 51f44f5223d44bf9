using System.Net;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;

namespace ModelOps.Tests.Registry;

public sealed class LineageTests(Stores stores) : IAsyncLifetime
{
    private Service<RegistryDb> service = null!;
    private HttpClient http = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<RegistryDb>(["registrydb"]);
        http = service.CreateClient();
        registry = new RegistryClient(http);
    }

    [Fact]
    public async Task Lineage_HasWhatItWasMadeOf_AndWhereItHasBeen()
    {
        var run = Guid.NewGuid();
        var dataset = new DatasetOrigin("shop", 3, [new SourceLineage("events.csv", "events", new string('a', 64), null)]);
        await ReadyAsync(run, new VersionOrigin(dataset, Trials: new TrialsOrigin(8, 5)));
        await ReadyAsync(null, new VersionOrigin(dataset, Parent: 1));
        await MoveAsync("champion", 1, "first");
        await MoveAsync("champion", 2, "better");
        await MoveAsync("champion", 1, "back");
        await MoveAsync("fallback", 1, "beside");
        var rollout = await registry.StartRolloutAsync(StoreId.Main, "m", new RolloutRequest(RolloutKind.Canary, 2));

        var first = (await registry.FindLineageAsync(StoreId.Main, "m", 1))!;
        var second = (await registry.FindLineageAsync(StoreId.Main, "m", 2))!;

        Assert.Equal((run, "shop", 3, "events.csv", 8, 5), (first.RunId, first.Origin.Dataset!.Name, first.Origin.Dataset.Version, Assert.Single(first.Origin.Dataset.Sources!).File, first.Origin.Trials!.Tried, first.Origin.Trials.Chosen));
        Assert.Equal([2], first.Children);
        Assert.Equal([("fallback", false, "beside"), ("champion", false, "back"), ("champion", true, "first")], first.Aliases.Select(period => (period.Alias, period.Until is not null, period.Reason)));
        Assert.Equal(1, second.Origin.Parent);
        var past = Assert.Single(second.Aliases);
        Assert.Equal(first.Aliases[1].From, past.Until);
        Assert.Equal([rollout.Id], second.Rollouts.Select(each => each.Id));
    }

    [Fact]
    public async Task Lineage_OfAVersionAnnouncedWithTagsAlone_NamesItsDataset()
    {
        await registry.CreateVersionAsync(StoreId.Main, "m", new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string> { ["dataset"] = "shop", ["dataset_version"] = "7" }), "key");

        var lineage = (await registry.FindLineageAsync(StoreId.Main, "m", 1))!;

        Assert.Equal(("shop", 7, null), (lineage.Origin.Dataset!.Name, lineage.Origin.Dataset.Version, lineage.Origin.Dataset.Sources));
        await (await http.GetAsync("/v1/models/m/versions/2/lineage")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    private Task MoveAsync(string alias, int version, string reason) => registry.SetAliasAsync(StoreId.Main, "m", alias, new AliasRequest(version, reason));

    private async Task ReadyAsync(Guid? run, VersionOrigin origin)
    {
        var version = await registry.CreateVersionAsync(StoreId.Main, "m", new NewModelVersion(run, new Dictionary<string, double>(), new Dictionary<string, string>(), origin), Guid.NewGuid().ToString());
        var file = await (await http.PutAsync($"/v1/models/m/versions/{version.Version}/files/model.onnx", new ByteArrayContent([1]))).ReadAsync<PackageFile>();
        await registry.CompleteAsync(StoreId.Main, "m", new PackageManifest("m", version.Version, [file]));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
