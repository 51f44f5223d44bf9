using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
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

    private Task<ModelVersion> AnnounceAsync(string model, string key) =>
        registry.CreateVersionAsync(StoreId.Main, model, new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), key);

    private async Task ReadyAsync(string model, params (string Path, string Content)[] files)
    {
        var version = await AnnounceAsync(model, Guid.NewGuid().ToString());
        var put = new List<PackageFile>();
        foreach (var (path, content) in files)
            put.Add(await (await http.PutAsync($"/v1/models/{model}/versions/{version.Version}/files/{path}", new StringContent(content))).ReadAsync<PackageFile>());
        await registry.CompleteAsync(StoreId.Main, model, new PackageManifest(model, version.Version, put));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
