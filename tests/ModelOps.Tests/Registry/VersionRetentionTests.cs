using System.Net;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;
using ModelOps.Registry.Retention;

namespace ModelOps.Tests.Registry;

/// <summary>Old versions lose their files, an hour after they were archived; never one that an alias points at.</summary>
public sealed class VersionRetentionTests(Stores stores) : IAsyncLifetime
{
    // Blobs carry the storage's own time, so the clock starts there.
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private Service<RegistryDb> service = null!;
    private HttpClient http = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<RegistryDb>(["registrydb"], builder => builder
            .UseSetting("Retention:KeepVersions", "2").UseSetting("Retention:KeepDays", "5").UseSetting("Retention:PendingDays", "3")
            .ConfigureTestServices(services => services.AddSingleton<TimeProvider>(time)));
        http = service.CreateClient();
        registry = new RegistryClient(http);
    }

    [Fact]
    public async Task RunAsync_OldVersion_LosesItsFilesAfterAnHour_ButNotWhatIsShared()
    {
        await ReadyAsync("m", ("model.onnx", "one"), ("items.jsonl", "the same"));
        await ReadyAsync("m", ("model.onnx", "two"), ("items.jsonl", "the same"));
        await ReadyAsync("m", ("model.onnx", "three"), ("items.jsonl", "the same"));

        await RetainAsync();
        Assert.Equal([VersionStatus.Ready, VersionStatus.Ready, VersionStatus.Archived], await StatusesAsync("m"));
        Assert.Equal("one", await http.GetStringAsync("/v1/models/m/versions/1/files/model.onnx"));

        await RetainAsync(after: TimeSpan.FromHours(2));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/v1/models/m/versions/1/files/model.onnx")).StatusCode);
        Assert.Equal("the same", await http.GetStringAsync("/v1/models/m/versions/2/files/items.jsonl"));
        Assert.Equal("two", await http.GetStringAsync("/v1/models/m/versions/2/files/model.onnx"));
        Assert.Equal(3, (await registry.FindAsync(StoreId.Main, "m"))!.Versions.Count); // metrics and lineage stay
    }

    [Fact]
    public async Task RunAsync_VersionWithAnAlias_OrThatHadOneLately_IsKept()
    {
        for (var number = 1; number <= 5; number++)
            await ReadyAsync("m", ("model.onnx", $"model {number}"));
        await registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(2, "was before"));
        await registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(1, "is now"));

        await RetainAsync();
        await RetainAsync(after: TimeSpan.FromHours(2));
        Assert.Equal([VersionStatus.Ready, VersionStatus.Ready, VersionStatus.Archived, VersionStatus.Ready, VersionStatus.Ready], await StatusesAsync("m"));

        await RetainAsync(after: TimeSpan.FromDays(6));
        Assert.Equal([VersionStatus.Ready, VersionStatus.Ready, VersionStatus.Archived, VersionStatus.Archived, VersionStatus.Ready], await StatusesAsync("m"));
        Assert.Equal("model 1", await http.GetStringAsync("/v1/models/m/versions/1/files/model.onnx"));
    }

    [Theory]
    [InlineData(RolloutKind.Canary, "advance")]
    [InlineData(RolloutKind.Canary, "pause")]
    [InlineData(RolloutKind.Ab, "pause")]
    [InlineData(RolloutKind.Shadow, null)]
    public async Task RunAsync_RolloutUnderWay_KeepsItsArms(RolloutKind kind, string? action)
    {
        for (var number = 1; number <= 6; number++)
            await ReadyAsync("m", ("model.onnx", $"model {number}"));
        await registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(1, "a test"));
        var rollout = await registry.StartRolloutAsync(StoreId.Main, "m", kind == RolloutKind.Ab
            ? new RolloutRequest(kind, Arms: [new("now", 1, 50), new("bold", 2, 30), new("shy", 3, 20)])
            : new RolloutRequest(kind, 2, Steps: kind == RolloutKind.Canary ? [5, 50] : null, BakeMinutes: 0));
        if (action is not null)
            await registry.ActOnRolloutAsync(StoreId.Main, "m", rollout.Id, action, new());

        await RetainAsync(after: TimeSpan.FromDays(60));
        await RetainAsync(after: TimeSpan.FromHours(2));

        int[] kept = kind == RolloutKind.Ab ? [6, 5, 3, 2, 1] : [6, 5, 2, 1];
        Assert.Equal(kept, await KeptAsync("m"));
        Assert.Equal("model 2", await http.GetStringAsync("/v1/models/m/versions/2/files/model.onnx"));

        await registry.ActOnRolloutAsync(StoreId.Main, "m", rollout.Id, "abort", new());
        await RetainAsync(after: TimeSpan.FromDays(1)); // it may be looked at again, or started anew
        Assert.Equal(kept, await KeptAsync("m"));
        await RetainAsync(after: TimeSpan.FromDays(5));
        Assert.Equal([6, 5, 1], await KeptAsync("m"));
    }

    [Fact]
    public async Task RunAsync_ParentOfWhatIsDeployed_IsKept_SoThatItCanBeReproduced()
    {
        await ReadyAsync("m", ("model.onnx", "grandparent"));
        await ReadyAsync("m", new VersionOrigin(Parent: 1), ("model.onnx", "parent"));
        await ReadyAsync("m", new VersionOrigin(Parent: 2), ("model.onnx", "deployed"));
        await ReadyAsync("m", new VersionOrigin(Parent: 1), ("model.onnx", "on trial"));
        for (var number = 5; number <= 6; number++)
            await ReadyAsync("m", ("model.onnx", $"model {number}"));
        await registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(3, "a test"));
        await ReadyAsync("other", ("model.onnx", "no relation")); // versions of the same numbers of another model
        for (var number = 2; number <= 4; number++)
            await ReadyAsync("other", ("model.onnx", $"other {number}"));

        await RetainAsync(after: TimeSpan.FromDays(60));
        Assert.Equal([6, 5, 3, 2], await KeptAsync("m"));
        Assert.Equal([4, 3], await KeptAsync("other"));

        // The one on trial was archived in that moment; within the hour it and its parent come back.
        await using (var scope = service.Services.CreateAsyncScope())
        {
            var database = scope.ServiceProvider.GetRequiredService<RegistryDb>();
            database.Aliases.Add(new() { Store = "main", Model = "m", Alias = "staging", Version = 4 });
            await database.SaveChangesAsync();
        }
        await RetainAsync(after: TimeSpan.FromMinutes(30));
        Assert.Equal([6, 5, 4, 3, 2, 1], await KeptAsync("m"));
        await RetainAsync(after: TimeSpan.FromHours(2));
        Assert.Equal("grandparent", await http.GetStringAsync("/v1/models/m/versions/1/files/model.onnx"));
    }

    [Fact]
    public async Task RunAsync_ParentWhoseFilesAreGone_StaysArchived()
    {
        await ReadyAsync("m", ("model.onnx", "parent"));
        await ReadyAsync("m", ("model.onnx", "two"));
        await ReadyAsync("m", new VersionOrigin(Parent: 1), ("model.onnx", "child"));
        await RetainAsync();
        await RetainAsync(after: TimeSpan.FromHours(2));

        await registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(3, "a test"));
        await RetainAsync();

        Assert.Equal([3, 2], await KeptAsync("m"));
    }

    [Fact]
    public async Task RunAsync_BlobOfTwoVersions_GoesWithTheLastOfThem()
    {
        var content = $"shared {Guid.NewGuid()}"; // the container is one for all tests
        var shared = await ReadyAsync("m", ("model.onnx", content));
        await ReadyAsync("another", ("weights.onnx", content), ("copy.onnx", content));
        for (var number = 2; number <= 3; number++)
            await ReadyAsync("m", ("model.onnx", $"model {number}"));

        await RetainAsync();
        await RetainAsync(after: TimeSpan.FromHours(2));
        Assert.Equal([3, 2], await KeptAsync("m"));
        Assert.Equal(content, await http.GetStringAsync("/v1/models/another/versions/1/files/copy.onnx"));

        for (var number = 2; number <= 3; number++)
            await ReadyAsync("another", ("model.onnx", $"another {number}"));
        await RetainAsync();
        await RetainAsync(after: TimeSpan.FromHours(2));
        Assert.False((await service.Services.GetRequiredService<BlobContainerClient>().GetBlobClient($"main/sha256/{shared[0].Sha256}").ExistsAsync()).Value);
    }

    [Fact]
    public async Task ArchivedVersion_TakesNoAliasAndNoFiles()
    {
        for (var number = 1; number <= 3; number++)
            await ReadyAsync("m", ("model.onnx", $"model {number}"));
        await RetainAsync();

        var alias = await Assert.ThrowsAsync<ServiceException>(() => registry.SetAliasAsync(StoreId.Main, "m", "champion", new AliasRequest(1, "too late")));
        using var upload = await http.PutAsync("/v1/models/m/versions/1/files/model.onnx", new ByteArrayContent([1]));

        Assert.Equal("urn:modelops:version-not-ready", alias.Type);
        await upload.ProblemAsync(HttpStatusCode.Conflict, "version-immutable");
    }

    [Fact]
    public async Task RunAsync_AnnouncedVersionWhoseFilesNeverCame_Fails()
    {
        await AnnounceAsync("m", "key");

        await RetainAsync(after: TimeSpan.FromDays(4));

        var version = Assert.Single((await registry.FindAsync(StoreId.Main, "m"))!.Versions);
        Assert.Equal(VersionStatus.FailedRegistration, version.Status);
        Assert.Contains("did not arrive within 3 days", version.Error, StringComparison.Ordinal);
    }

    private async Task RetainAsync(TimeSpan after = default)
    {
        time.SetUtcNow(time.GetUtcNow() + after);
        await using var scope = service.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<VersionRetention>().RunAsync(CancellationToken.None);
    }

    private async Task<IEnumerable<VersionStatus>> StatusesAsync(string model) =>
        (await registry.FindAsync(StoreId.Main, model))!.Versions.Select(version => version.Status);

    /// <summary>Whose files are kept, newest first.</summary>
    private async Task<IEnumerable<int>> KeptAsync(string model) =>
        (await registry.FindAsync(StoreId.Main, model))!.Versions.Where(version => version.Status == VersionStatus.Ready).Select(version => version.Version).OrderDescending();

    private Task<ModelVersion> AnnounceAsync(string model, string key, VersionOrigin? origin = null) =>
        registry.CreateVersionAsync(StoreId.Main, model, new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>(), Origin: origin), key);

    private Task<List<PackageFile>> ReadyAsync(string model, params (string Path, string Content)[] files) => ReadyAsync(model, null, files);

    private async Task<List<PackageFile>> ReadyAsync(string model, VersionOrigin? origin, params (string Path, string Content)[] files)
    {
        var version = await AnnounceAsync(model, Guid.NewGuid().ToString(), origin);
        var put = new List<PackageFile>();
        foreach (var (path, content) in files)
            put.Add(await (await http.PutAsync($"/v1/models/{model}/versions/{version.Version}/files/{path}", new StringContent(content))).ReadAsync<PackageFile>());
        await registry.CompleteAsync(StoreId.Main, model, new PackageManifest(model, version.Version, put));
        return put;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
