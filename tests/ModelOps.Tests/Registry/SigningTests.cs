using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;

namespace ModelOps.Tests.Registry;

public sealed class SigningTests(Stores stores)
{
    [Fact]
    public async Task ReadyVersion_IsSignedOverItsManifest_WithAListedKey_ThatReplicasShare()
    {
        var settings = await stores.SettingsAsync("registrydb");
        await using var one = new Service<RegistryDb>(settings, null);
        await using var other = new Service<RegistryDb>(settings, null);
        using var http = one.CreateClient();
        using var otherHttp = other.CreateClient();

        var first = await ReadyAsync(http);
        var second = await ReadyAsync(otherHttp);

        var listed = Assert.Single(await new RegistryClient(http).ListKeysAsync(StoreId.Main));
        Assert.True(listed.IsCurrent);
        Assert.Equal([listed.Id, listed.Id], [first.Signature!.KeyId, second.Signature!.KeyId]);
        using var key = ECDsa.Create();
        key.ImportFromPem(listed.Pem);
        var manifest = await http.GetByteArrayAsync("/v1/models/m/versions/1/files/manifest.json");
        Assert.True(key.VerifyData(manifest, Convert.FromBase64String(first.Signature.Value), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        manifest[^1] ^= 1;
        Assert.False(key.VerifyData(manifest, Convert.FromBase64String(first.Signature.Value), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public async Task Version_FromBeforeThereWereSignatures_IsSignedAtTheStart()
    {
        var settings = await stores.SettingsAsync("registrydb");
        await using (var before = new Service<RegistryDb>(settings, null))
        {
            using var earlier = before.CreateClient();
            await ReadyAsync(earlier);
            await using var scope = before.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<RegistryDb>().Versions.ExecuteUpdateAsync(row => row.SetProperty(version => version.Signature, (string?)null).SetProperty(version => version.SignatureKeyId, (string?)null));
            Assert.Null((await new RegistryClient(earlier).GetVersionAsync(StoreId.Main, "m", 1)).Signature);
        }

        await using var after = new Service<RegistryDb>(settings, null);
        using var http = after.CreateClient();
        var version = await new RegistryClient(http).GetVersionAsync(StoreId.Main, "m", 1);

        using var key = P256.FromPem(Assert.Single(await new RegistryClient(http).ListKeysAsync(StoreId.Main)).Pem);
        Assert.True(P256.IsSigned(key, version.ManifestSha256!, version.Signature!.Value));
    }

    [Fact]
    public async Task Rotation_EndorsesTheNewKey_AndEarlierVersionsKeepTheirSignature()
    {
        await using var service = await stores.StartAsync<RegistryDb>(["registrydb"]);
        using var http = service.CreateClient();
        var first = await ReadyAsync(http);

        await (await http.PostAsync("/v1/keys", null)).ReadAsync<SigningKey>();
        var second = await ReadyAsync(http);

        var keys = await new RegistryClient(http).ListKeysAsync(StoreId.Main);
        Assert.Equal([true, false], keys.Select(key => key.IsCurrent));
        Assert.Equal([keys[1].Id, keys[0].Id], [first.Signature!.KeyId, second.Signature!.KeyId]);
        Assert.Equal(first.Signature, (await new RegistryClient(http).GetVersionAsync(StoreId.Main, "m", 1)).Signature);
        using var old = P256.FromPem(keys[1].Pem);
        Assert.Equal(keys[1].Id, keys[0].EndorsedBy);
        Assert.True(P256.IsSigned(old, keys[0].Id, keys[0].Endorsement!));
    }

    [Fact]
    public async Task ConfiguredKey_Signs_IsNotKept_AndIsEndorsedByTheOneBefore()
    {
        var settings = new Dictionary<string, string>(await stores.SettingsAsync("registrydb"));
        await using (var before = new Service<RegistryDb>(settings, null))
        {
            using var earlier = before.CreateClient();
            await ReadyAsync(earlier);
        }
        using var mine = P256.Create();
        settings["Signing:PrivateKey"] = mine.ExportECPrivateKeyPem();

        await using var after = new Service<RegistryDb>(settings, null);
        using var http = after.CreateClient();
        var version = await ReadyAsync(http);

        Assert.Equal(P256.IdOf(mine), version.Signature!.KeyId);
        var keys = await new RegistryClient(http).ListKeysAsync(StoreId.Main);
        Assert.Equal((P256.IdOf(mine), keys[1].Id), (keys[0].Id, keys[0].EndorsedBy));
        await using var scope = after.Services.CreateAsyncScope();
        Assert.Null((await scope.ServiceProvider.GetRequiredService<RegistryDb>().SigningKeys.SingleAsync(row => row.KeyId == keys[0].Id)).PrivateKey);
        await (await http.PostAsync("/v1/keys", null)).ProblemAsync(HttpStatusCode.Conflict, "key-configured");
    }

    [Fact]
    public async Task ConfiguredKey_ThatIsNone_StopsTheStart()
    {
        using var key = P256.Create();
        await using var service = await stores.StartAsync<RegistryDb>(["registrydb"], builder => builder.UseSetting("Signing:PrivateKey", key.ExportSubjectPublicKeyInfoPem()));

        var refusal = Assert.ThrowsAny<Exception>(() => service.CreateClient());

        Assert.Contains("Signing:PrivateKey is a public key", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rotation_WithAStoresKey_IsRefused()
    {
        const string mine = "key-of-the-store-mine";
        await using var service = await stores.StartAsync<RegistryDb>(["registrydb"], builder => builder.UseEnvironment("Production")
            .UseSetting("Access:ApiKeys:mine", mine).UseSetting("Access:ServiceKey", "key-among-the-services"));
        using var http = service.CreateClient();
        http.DefaultRequestHeaders.Add("x-api-key", mine);

        await (await http.PostAsync("/v1/keys", null)).ProblemAsync(HttpStatusCode.Forbidden, "operator");
    }

    private static async Task<ModelVersion> ReadyAsync(HttpClient http)
    {
        var registry = new RegistryClient(http);
        var version = await registry.CreateVersionAsync(StoreId.Main, "m", new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), Guid.NewGuid().ToString());
        var file = await (await http.PutAsync($"/v1/models/m/versions/{version.Version}/files/model.onnx", new ByteArrayContent([1, 2, 3]))).ReadAsync<PackageFile>();
        return await registry.CompleteAsync(StoreId.Main, "m", new PackageManifest("m", version.Version, [file]));
    }
}
