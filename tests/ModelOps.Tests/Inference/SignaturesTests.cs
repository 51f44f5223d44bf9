using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Inference.Models;
using ModelOps.Registry;

namespace ModelOps.Tests.Inference;

/// <summary>What was not signed, or not so, is refused by name while the old version serves on.</summary>
public sealed class SignaturesTests(Stores stores) : IAsyncLifetime
{
    private const string Model = "recommend";
    private readonly Dictionary<string, string> settings = [];
    private readonly Said said = new();
    private Func<string, byte[], byte[]?> onTheWay = (_, bytes) => bytes;
    private Service<RegistryDb> registryService = null!;
    private HttpClient registryHttp = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        registryService = await stores.StartAsync<RegistryDb>(["registrydb"]);
        registryHttp = registryService.CreateClient();
        registry = new RegistryClient(registryHttp);
        foreach (var (name, value) in await stores.SettingsAsync("eventsdb"))
            settings[name] = value;
        await TinyPackage.DeployAsync(registry, Model, "first");
    }

    [Theory]
    [InlineData("bit", "model.onnx of version 2 of 'recommend' has the hash")]
    [InlineData("signature", "Version 2 of 'recommend' has a signature that the key")]
    [InlineData("key", "which is not trusted here")]
    [InlineData("unsigned", "Version 2 of 'recommend' is not signed")]
    [InlineData("manifest", "came with the manifest of version 1")]
    [InlineData("missing", "Version 2 of 'recommend' has no file 'items.jsonl")]
    [InlineData("schema", "package format 99")]
    public async Task Package_NotAsItWasSigned_IsRefusedByName_AndTheOldVersionServes(string what, string says)
    {
        await using var inference = Start();
        using var http = inference.CreateClient();
        await Eventually.TrueAsync(async () => await VersionAsync(http) == 1, "the first version");
        var first = await registry.GetVersionAsync(StoreId.Main, Model, 1);
        var manifest = await registryHttp.GetByteArrayAsync($"/v1/models/{Model}/versions/1/files/manifest.json");
        onTheWay = (path, bytes) => what switch
        {
            "bit" when path.EndsWith("/2/files/model.onnx", StringComparison.Ordinal) => Flip(bytes),
            "signature" when path.EndsWith("/versions/2", StringComparison.Ordinal) => Signed(bytes, first.Signature!),
            "key" when path.EndsWith("/versions/2", StringComparison.Ordinal) => Signed(bytes, SignedByAnother(bytes)),
            "unsigned" when path.EndsWith("/versions/2", StringComparison.Ordinal) => Signed(bytes, null),
            "manifest" when path.EndsWith("/versions/2", StringComparison.Ordinal) => Signed(bytes, first.Signature!),
            "manifest" when path.EndsWith("/2/files/manifest.json", StringComparison.Ordinal) => manifest,
            "missing" when path.EndsWith("/2/files/items.jsonl", StringComparison.Ordinal) => null,
            _ => bytes,
        };

        var version = await TinyPackage.RegisterAsync(registry, Model, "second", format: what == "schema" ? 99 : FeatureSchema.CurrentFormat);
        await registry.SetAliasAsync(StoreId.Main, Model, "champion", new AliasRequest(version, what));
        await Eventually.TrueAsync(() => said.Contains(says), $"the refusal of '{what}'");
        Assert.Equal(1, await VersionAsync(http));

        onTheWay = (_, bytes) => bytes;
        if (what != "schema")
            await Eventually.TrueAsync(async () => await VersionAsync(http) == 2, "the second version, once it is right");
    }

    [Fact]
    public async Task PackageOnDisk_AlteredWhileStopped_IsFetchedAgain()
    {
        await ServeOnceAsync();
        var path = Directory.GetFiles(settings["Packages:Folder"], "model.onnx", SearchOption.AllDirectories).Single();
        var whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, Flip(whole));

        await ServeOnceAsync();

        Assert.True(said.Contains("It is fetched again"));
        Assert.Equal(whole, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task PackageOnDisk_WithAFileThatNobodySigned_IsFetchedAgain()
    {
        await ServeOnceAsync();
        var foreign = Path.Combine(Path.GetDirectoryName(Directory.GetFiles(settings["Packages:Folder"], "model.onnx", SearchOption.AllDirectories).Single())!, "weights", "related.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(foreign)!);
        await File.WriteAllTextAsync(foreign, "{}");

        await ServeOnceAsync();

        Assert.True(said.Contains("whose manifest does not list it"));
        Assert.False(File.Exists(foreign));
    }

    [Fact]
    public async Task TrustedKeys_Configured_OnlyTheirsIsLoaded()
    {
        using var stranger = P256.Create();
        settings["Packages:TrustedKeys:0"] = stranger.ExportSubjectPublicKeyInfoPem();
        await using (var inference = Start())
        {
            using var http = inference.CreateClient();
            await Eventually.TrueAsync(() => said.Contains("which is not trusted here. Packages:TrustedKeys names"), "the refusal");
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.PostAsJsonAsync("/v1/recommendations", new RecommendationRequest())).StatusCode);
        }
        settings["Packages:TrustedKeys:0"] = (await registry.ListKeysAsync(StoreId.Main))[0].Pem;

        await ServeOnceAsync();
    }

    [Fact]
    public async Task TrustedKeys_NoKey_StopsTheStart()
    {
        settings["Packages:TrustedKeys:0"] = "/nowhere/key.pem";
        await using var inference = Start();

        var refusal = Assert.ThrowsAny<Exception>(() => inference.CreateClient());

        Assert.Contains("Packages:TrustedKeys:0: It is neither a PEM nor a file", refusal.Message, StringComparison.Ordinal);
    }

    private async Task ServeOnceAsync()
    {
        await using var inference = Start();
        using var http = inference.CreateClient();
        await Eventually.TrueAsync(async () => await VersionAsync(http) == 1, "the first version");
    }

    private Service<LoadedModels> Start() => new(settings, builder => builder.ConfigureTestServices(services =>
    {
        services.AddSingleton<ILoggerProvider>(said);
        services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => new Way(registryService.Server.CreateHandler(), (path, bytes) => onTheWay(path, bytes)));
    }));

    private static async Task<int?> VersionAsync(HttpClient http)
    {
        // Not what another test has asked: the cache is one for all.
        using var response = await http.PostAsJsonAsync("/v1/recommendations", new RecommendationRequest(User: Guid.NewGuid().ToString()));
        return response.IsSuccessStatusCode ? (await response.ReadAsync<RecommendationResponse>()).Model.Version : null;
    }

    private static byte[] Flip(byte[] bytes)
    {
        byte[] flipped = [.. bytes];
        flipped[^1] ^= 1;
        return flipped;
    }

    private static byte[] Signed(byte[] version, PackageSignature? signature)
    {
        var json = JsonNode.Parse(version)!.AsObject();
        json["signature"] = JsonSerializer.SerializeToNode(signature, JsonSerializerOptions.Web);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static PackageSignature SignedByAnother(byte[] version)
    {
        using var key = P256.Create();
        return new PackageSignature(P256.IdOf(key), P256.Sign(key, JsonNode.Parse(version)!["manifestSha256"]!.GetValue<string>()));
    }

    public async ValueTask DisposeAsync()
    {
        registryHttp.Dispose();
        await registryService.DisposeAsync();
        said.Dispose();
    }

    /// <summary>The way from the registry, on which things happen to what it says. Null: the file is not found.</summary>
    private sealed class Way(HttpMessageHandler registry, Func<string, byte[], byte[]?> happen) : DelegatingHandler(registry)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var path = request.RequestUri!.AbsolutePath;
            if (!response.IsSuccessStatusCode || !path.Contains("/versions/", StringComparison.Ordinal))
                return response;
            var altered = happen(path, await response.Content.ReadAsByteArrayAsync(cancellationToken));
            if (altered is null)
            {
                request.RequestUri = new Uri($"{request.RequestUri}.gone");
                return await base.SendAsync(request, cancellationToken);
            }
            var type = response.Content.Headers.ContentType;
            response.Content = new ByteArrayContent(altered);
            response.Content.Headers.ContentType = type;
            return response;
        }
    }
}
