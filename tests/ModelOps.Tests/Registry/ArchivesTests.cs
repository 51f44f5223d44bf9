using System.Formats.Tar;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;

namespace ModelOps.Tests.Registry;

/// <summary>A version goes from one registry to another as one file.</summary>
public sealed class ArchivesTests(Stores stores) : IAsyncLifetime
{
    private static readonly byte[] Onnx = [.. Enumerable.Range(0, 100_000).Select(number => (byte)(number * 7 % 251))];
    private Service<RegistryDb> service = null!;
    private HttpClient http = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<RegistryDb>(["registrydb"]);
        http = service.CreateClient();
        registry = new RegistryClient(http);
        var version = await registry.CreateVersionAsync(StoreId.Main, "m", new NewModelVersion(
            Guid.NewGuid(), new Dictionary<string, double> { ["ndcg@10"] = .1 }, new Dictionary<string, string> { ["team"] = "home" }, new VersionOrigin(new DatasetOrigin("shop", 3), Parent: 1)), "first");
        var files = new List<PackageFile>();
        foreach (var (path, content) in new Dictionary<string, byte[]> { ["model.onnx"] = Onnx, ["model-card.json"] = "{\"architecture\":\"sasrec\"}"u8.ToArray(), ["text/empty.txt"] = [] })
            files.Add(await (await http.PutAsync($"/v1/models/m/versions/1/files/{path}", new ByteArrayContent(content))).ReadAsync<PackageFile>());
        await registry.CompleteAsync(StoreId.Main, "m", new PackageManifest("m", 1, files));
        await registry.DescribeAsync(StoreId.Main, "m", version.Version, "As it was.");
    }

    [Fact]
    public async Task Export_Import_GivesTheSameFiles_AndSaysWhereTheyAreFrom()
    {
        var first = await registry.GetVersionAsync(StoreId.Main, "m", 1);
        var archive = await ExportAsync();
        await using var elsewhere = await stores.StartAsync<RegistryDb>(["registrydb"]);
        using var other = elsewhere.CreateClient();

        var imported = await (await ImportAsync(other, archive, "moved")).ReadAsync<ModelVersion>();
        var again = await (await ImportAsync(other, archive, "moved")).ReadAsync<ModelVersion>();

        Assert.Equal(("moved", 1, VersionStatus.Ready, "As it was.", .1), (imported.Model, imported.Version, imported.Status, imported.Description, imported.Metrics["ndcg@10"]));
        Assert.Equal(("home", "m v1"), (imported.Tags["team"], imported.Tags["imported_from"]));
        Assert.Equal(2, again.Version); // without a key it is another one
        Assert.Equal(Onnx, await other.GetByteArrayAsync("/v1/models/moved/versions/1/files/model.onnx"));
        Assert.Empty(await other.GetByteArrayAsync("/v1/models/moved/versions/1/files/text/empty.txt"));
        var card = JsonNode.Parse(await other.GetStringAsync("/v1/models/moved/versions/1/files/model-card.json"))!;
        Assert.Equal(("sasrec", "m", 1, first.ManifestSha256, false), (
            card["architecture"]!.GetValue<string>(), card["importedFrom"]!["model"]!.GetValue<string>(), card["importedFrom"]!["version"]!.GetValue<int>(),
            card["importedFrom"]!["manifestSha256"]!.GetValue<string>(), card["importedFrom"]!["isTrusted"]!.GetValue<bool>()));
        var lineage = (await new RegistryClient(other).FindLineageAsync(StoreId.Main, "moved", 1))!;
        Assert.Equal((first.Signature, "shop", null), (lineage.Origin.Imported!.Signature, lineage.Origin.Dataset!.Name, lineage.Origin.Parent));
        Assert.NotEqual(first.Signature!.KeyId, imported.Signature!.KeyId); // the registry that serves it vouches for it
    }

    [Fact]
    public async Task Export_Twice_IsTheSameArchive_AndASecondExportOfTheImportToo()
    {
        Assert.Equal(await ExportAsync(), await ExportAsync());

        var imported = await (await ImportAsync(http, await ExportAsync(), "m")).ReadAsync<ModelVersion>();

        Assert.Equal(2, imported.Version);
        Assert.True((await registry.FindLineageAsync(StoreId.Main, "m", 2))!.Origin.Imported!.IsTrusted); // its own key
        await (await ImportAsync(http, await http.GetByteArrayAsync("/v1/models/m/versions/2/export"), "n")).ReadAsync<ModelVersion>();
    }

    [Fact]
    public async Task Import_SameIdempotencyKey_IsOneVersion()
    {
        var archive = await ExportAsync();
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, archive, TestContext.Current.CancellationToken);

        var first = await registry.ImportAsync(StoreId.Main, "moved", path, "key", "Zoë");
        var again = await registry.ImportAsync(StoreId.Main, "moved", path, "key", "Zoë");

        File.Delete(path);
        Assert.Equal((1, 1), (first.Version, again.Version));
        Assert.Equal("Zoë", (await registry.FindLineageAsync(StoreId.Main, "moved", 1))!.Origin.Imported!.By);
    }

    [Theory]
    [InlineData(0, "ends before version.json")]
    [InlineData(300, "truncated")]
    [InlineData(50_000, "truncated")]
    [InlineData(-1, "truncated")]
    public async Task Import_Truncated_IsRefused_AndNothingIsLeft(int length, string says)
    {
        var archive = await ExportAsync();
        var entries = await EntriesAsync(archive);
        // -1: after the last file but one, where a tar reader sees an end.
        var cut = length >= 0 ? archive[..length] : await TarAsync(entries.SkipLast(1));

        await RefusedAsync(cut, says);
    }

    [Theory]
    [InlineData("model.onnx", "'model.onnx' has the hash")]
    [InlineData("manifest.json", "manifest.json is not what the key")]
    [InlineData("manifest.signature.json", "manifest.signature.json cannot be read")]
    [InlineData("version.json", "version.json")]
    public async Task Import_OneAlteredByte_IsRefusedByName(string name, string says)
    {
        var entries = await EntriesAsync(await ExportAsync());
        var index = entries.FindIndex(entry => entry.Name == name);
        byte[] altered = [.. entries[index].Content];
        altered[name == "manifest.signature.json" || name == "version.json" ? 0 : altered.Length / 2] ^= 1;
        entries[index] = (name, altered);

        await RefusedAsync(await TarAsync(entries), says);
    }

    [Fact]
    public async Task Import_EntriesThatTheManifestDoesNotList_AreRefused()
    {
        var entries = await EntriesAsync(await ExportAsync());

        await RefusedAsync(await TarAsync([.. entries, ("../evil", [1])]), "'../evil', which its manifest does not list");
        await RefusedAsync(await TarAsync([.. entries, entries[^1]]), "holds it twice");
        await RefusedAsync(await TarAsync([.. entries.SkipLast(1), (entries[^1].Name, [1, 2])]), "its manifest says 0");
        await RefusedAsync(Encoding.UTF8.GetBytes(new string('x', 2000)), "truncated or no tar");
    }

    [Fact]
    public async Task Import_SignedByWhoeverIsNotTrusted_IsRefused_AndATrustedOneIsNoted()
    {
        var archive = await ExportAsync();
        using var stranger = P256.Create();
        await using var strict = await stores.StartAsync<RegistryDb>(["registrydb"], builder => builder.UseSetting("Packages:TrustedKeys:0", stranger.ExportSubjectPublicKeyInfoPem()));
        using var strictHttp = strict.CreateClient();
        var pem = (await registry.ListKeysAsync(StoreId.Main))[0].Pem;
        await using var knowing = await stores.StartAsync<RegistryDb>(["registrydb"], builder => builder.UseSetting("Packages:TrustedKeys:0", pem));
        using var knowingHttp = knowing.CreateClient();

        Assert.Contains("which is not trusted here", await (await ImportAsync(strictHttp, archive, "moved")).ProblemAsync(HttpStatusCode.BadRequest, "archive"), StringComparison.Ordinal);
        await (await ImportAsync(knowingHttp, archive, "moved")).ReadAsync<ModelVersion>();
        Assert.True((await new RegistryClient(knowingHttp).FindLineageAsync(StoreId.Main, "moved", 1))!.Origin.Imported!.IsTrusted);
    }

    [Fact]
    public async Task Export_OfWhatIsNotReady_IsRefused()
    {
        await registry.CreateVersionAsync(StoreId.Main, "m", new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), "second");

        await (await http.GetAsync("/v1/models/m/versions/2/export")).ProblemAsync(HttpStatusCode.Conflict, "version-not-ready");
        await (await http.GetAsync("/v1/models/m/versions/3/export")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await (await ImportAsync(http, [], "Not A Name")).ProblemAsync(HttpStatusCode.BadRequest, "model-name");
    }

    private Task<byte[]> ExportAsync() => http.GetByteArrayAsync("/v1/models/m/versions/1/export");

    private static Task<HttpResponseMessage> ImportAsync(HttpClient to, byte[] archive, string model) => to.PostAsync($"/v1/models/{model}/import", new ByteArrayContent(archive));

    private async Task RefusedAsync(byte[] archive, string says)
    {
        Assert.Contains(says, await (await ImportAsync(http, archive, "moved")).ProblemAsync(HttpStatusCode.BadRequest, "archive"), StringComparison.Ordinal);
        await using var scope = service.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<RegistryDb>();
        Assert.False(await database.Versions.AnyAsync(row => row.Model == "moved") || await database.Files.AnyAsync(row => row.Model == "moved"));
    }

    private static async Task<List<(string Name, byte[] Content)>> EntriesAsync(byte[] archive)
    {
        var entries = new List<(string, byte[])>();
        await using var reader = new TarReader(new MemoryStream(archive));
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            if (entry.DataStream is { } data)
                await data.CopyToAsync(content);
            entries.Add((entry.Name, content.ToArray()));
        }
        return entries;
    }

    private static async Task<byte[]> TarAsync(IEnumerable<(string Name, byte[] Content)> entries)
    {
        using var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        return archive.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
