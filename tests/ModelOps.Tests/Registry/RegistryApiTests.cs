using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;

namespace ModelOps.Tests.Registry;

public sealed class RegistryApiTests(Stores stores) : IAsyncLifetime
{
    private static readonly byte[] Onnx = [1, 2, 3, 4];
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
    public async Task Version_BecomesReady_OnceEveryFileIsReadBack()
    {
        var version = await AnnounceAsync("m", "run-1");
        Assert.Equal(VersionStatus.PendingRegistration, version.Status);
        var manifest = await PutAsync("m", 1);

        var ready = await registry.CompleteAsync(StoreId.Main, "m", manifest);

        Assert.Equal(VersionStatus.Ready, ready.Status);
        Assert.Equal(ready.ManifestSha256, Convert.ToHexStringLower(SHA256.HashData(await http.GetByteArrayAsync("/v1/models/m/versions/1/files/manifest.json"))));
        Assert.Equal(Onnx, await http.GetByteArrayAsync("/v1/models/m/versions/1/files/model.onnx"));
    }

    [Fact]
    public async Task Announce_SameKey_IsTheSameVersion()
    {
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => AnnounceAsync("m", $"run-{i % 2}")));

        Assert.Equal([1, 2], versions.Select(version => version.Version).Distinct().Order());
    }

    [Fact]
    public async Task Complete_MissingOrAlteredFile_IsRefused()
    {
        await AnnounceAsync("m", "run-1");
        var manifest = await PutAsync("m", 1);

        var missing = await Assert.ThrowsAsync<ServiceException>(() => registry.CompleteAsync(StoreId.Main, "m", manifest with { Files = [.. manifest.Files, new PackageFile("items.jsonl", 1, "00")] }));
        var altered = await Assert.ThrowsAsync<ServiceException>(() => registry.CompleteAsync(StoreId.Main, "m", manifest with { Files = [manifest.Files[0] with { Sha256 = new string('0', 64) }] }));

        Assert.Equal((HttpStatusCode.Conflict, "urn:modelops:file-missing"), (missing.Status, missing.Type));
        Assert.Contains("items.jsonl", missing.Message, StringComparison.Ordinal);
        Assert.Contains("manifest says", altered.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ToReadyVersion_IsRefused()
    {
        await ReadyAsync("m", "run-1");

        var response = await http.PutAsync("/v1/models/m/versions/1/files/model.onnx", new ByteArrayContent([9]));

        await response.ProblemAsync(HttpStatusCode.Conflict, "version-immutable");
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("a//b")]
    public async Task Upload_BadPath_IsRefused(string path)
    {
        await AnnounceAsync("m", "run-1");

        var response = await http.PutAsync($"/v1/models/m/versions/1/files/{path}", new ByteArrayContent([9]));

        Assert.False(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Alias_MovesAndRollsBack_AndKeepsItsHistory()
    {
        await ReadyAsync("m", "run-1");
        await ReadyAsync("m", "run-2");

        await MoveAsync(1, "first");
        await MoveAsync(2, "better");
        await MoveAsync(1, "worse after all");

        Assert.Equal(1, (await registry.FindAsync(StoreId.Main, "m"))!.Aliases["champion"]);
        var history = (await registry.AliasHistoryAsync(StoreId.Main, "m")).Items;
        Assert.Equal([(2, 1, "worse after all"), (1, 2, "better"), ((int?)null, 1, "first")], history.Select(change => (change.From, change.To, change.Reason)));
    }

    [Fact]
    public async Task Alias_TwoMovesAtOnce_OneWinsAndTheOtherIsTold()
    {
        await ReadyAsync("m", "run-1");
        await ReadyAsync("m", "run-2");
        await MoveAsync(1, "start");

        var moves = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                await registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(2, "race", ExpectedVersion: 1));
                return "moved";
            }
            catch (ServiceException exception) when (exception.Type == "urn:modelops:alias-moved")
            {
                return "told";
            }
        }));

        Assert.Equal(1, moves.Count(move => move == "moved"));
        Assert.Equal(5, moves.Count(move => move == "told"));
    }

    [Fact]
    public async Task Alias_SameIdempotencyKey_MovesOnce()
    {
        await ReadyAsync("m", "run-1");
        var request = new AliasRequest(1, "once");

        await registry.SetAliasAsync(StoreId.Main, "m", "champion", request, "key");
        await registry.SetAliasAsync(StoreId.Main, "m", "champion", request, "key");

        Assert.Single((await registry.AliasHistoryAsync(StoreId.Main, "m")).Items);
    }

    [Fact]
    public async Task Alias_ToUnreadyOrUnknownVersion_IsRefused()
    {
        await AnnounceAsync("m", "run-1");

        await (await http.PutAsJsonAsync("/v1/models/m/aliases/champion", new AliasRequest(1, null))).ProblemAsync(HttpStatusCode.Conflict, "version-not-ready");
        await (await http.PutAsJsonAsync("/v1/models/m/aliases/champion", new AliasRequest(7, null))).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Alias_KeepsByWhomItWasMoved()
    {
        await ReadyAsync("m", "run-1");

        await registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(1, "by name"), actor: "Zoë 王");
        await MoveAsync(1, "by nobody's name");

        Assert.Equal(["api", "Zoë 王"], (await registry.AliasHistoryAsync(StoreId.Main, "m")).Items.Select(change => change.By));
    }

    [Fact]
    public async Task Container_Missing_IsSaid()
    {
        await using var poor = await stores.StartAsync<RegistryDb>(["registrydb"], builder => builder.UseSetting("ConnectionStrings:modelfiles", stores.Blobs.Replace("ContainerName=files", "ContainerName=absent", StringComparison.Ordinal)));
        using var client = poor.CreateClient();
        await new RegistryClient(client).CreateVersionAsync(StoreId.Main, "m", new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), "key");

        using var put = await client.PutAsync("/v1/models/m/versions/1/files/model.onnx", new ByteArrayContent(Onnx));
        using var health = await client.GetAsync("/health");

        Assert.Contains("container does not exist", await put.ProblemAsync(HttpStatusCode.ServiceUnavailable, "store-unavailable"), StringComparison.Ordinal);
        Assert.Contains("'absent' does not exist", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deployments_AnswerAtOnceWhenAnAliasMoves()
    {
        await ReadyAsync("m", "run-1");
        var before = await registry.GetDeploymentsAsync(-1, TimeSpan.Zero);

        var waiting = registry.GetDeploymentsAsync(before.Revision, TimeSpan.FromSeconds(25));
        await MoveAsync(1, "go");
        var after = await waiting;

        Assert.True(after.Revision > before.Revision);
        Assert.Equal(1, Assert.Single(after.Deployments).Version);
    }

    [Fact]
    public async Task Models_OfAnotherStore_AreNotSeen()
    {
        await ReadyAsync("m", "run-1");

        Assert.Null(await registry.FindAsync(new StoreId("other"), "m"));
    }

    private Task<ModelVersion> AnnounceAsync(string model, string key) =>
        registry.CreateVersionAsync(StoreId.Main, model, new NewModelVersion(Guid.NewGuid(), new Dictionary<string, double> { ["ndcg@10"] = .1 }, new Dictionary<string, string>()), key);

    private async Task<PackageManifest> PutAsync(string model, int version)
    {
        var file = await (await http.PutAsync($"/v1/models/{model}/versions/{version}/files/model.onnx", new ByteArrayContent(Onnx))).ReadAsync<PackageFile>();
        return new PackageManifest(model, version, [file]);
    }

    private async Task ReadyAsync(string model, string key)
    {
        var version = await AnnounceAsync(model, key);
        await registry.CompleteAsync(StoreId.Main, model, await PutAsync(model, version.Version));
    }

    private Task MoveAsync(int version, string reason) => registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(version, reason));

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
