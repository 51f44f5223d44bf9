using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Contracts.Signing;

namespace ModelOps.Tests.Signing;

public sealed class TrustedKeysTests : IDisposable
{
    private static readonly string Manifest = Convert.ToHexStringLower(SHA256.HashData([1, 2, 3]));
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-keys-").FullName;
    private readonly ECDsa first = P256.Create();
    private readonly ECDsa second = P256.Create();

    [Fact]
    public async Task FirstContact_IsPinned_AndKnownAfterARestartWithoutTheRegistry()
    {
        await VerifyAsync(first, Listed(first));

        await VerifyAsync(first, asked: () => throw new InvalidOperationException("Nobody needs to be asked."));
    }

    [Fact]
    public async Task LaterKey_OfAnotherRegistry_IsRefusedByName()
    {
        await VerifyAsync(first, Listed(first));

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => VerifyAsync(second, Listed(second)));

        Assert.Contains($"Version 1 of 'm' is signed with the key {P256.IdOf(second)}, which is not trusted here", refusal.Message, StringComparison.Ordinal);
        await VerifyAsync(first, Listed(first)); // what was trusted stays so
    }

    [Fact]
    public async Task LaterKey_ThatAPinnedOneEndorses_IsTrusted_AlsoOverSeveral()
    {
        using var third = P256.Create();
        await VerifyAsync(first, Listed(first));

        await VerifyAsync(third, [Endorsed(third, second), Endorsed(second, first), .. Listed(first)]);

        await VerifyAsync(second, asked: () => throw new InvalidOperationException("It was pinned on the way."));
    }

    [Fact]
    public async Task Endorsement_ThatWasNotMade_IsRefused()
    {
        await VerifyAsync(first, Listed(first));
        var forged = Endorsed(second, second) with { EndorsedBy = P256.IdOf(first) };

        await Assert.ThrowsAsync<InvalidDataException>(() => VerifyAsync(second, [forged]));
    }

    [Fact]
    public async Task Key_UnderAnothersId_IsNotPinned()
    {
        var posing = Listed(second)[0] with { Id = P256.IdOf(first) };

        await Assert.ThrowsAsync<InvalidDataException>(() => VerifyAsync(first, [posing]));
    }

    [Fact]
    public async Task Configured_NothingElseIsTrusted_AndNobodyIsAsked()
    {
        var path = Path.Combine(folder, "key.pem");
        await File.WriteAllTextAsync(path, first.ExportSubjectPublicKeyInfoPem());

        await VerifyAsync(first, asked: () => throw new InvalidOperationException(), configured: [path]);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => VerifyAsync(second, asked: () => throw new InvalidOperationException(), configured: [path]));

        Assert.Contains($"Packages:TrustedKeys names {P256.IdOf(first)}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64")]
    [InlineData("AAAA")]
    public async Task Signature_ThatIsNone_IsRefused(string signature)
    {
        using var keys = new TrustedKeys(new TrustOptions { Folder = folder, TrustedKeys = [first.ExportSubjectPublicKeyInfoPem()] }, NullLogger<TrustedKeys>.Instance);

        await Assert.ThrowsAsync<InvalidDataException>(() => keys.VerifyAsync("Version 1 of 'm'", Manifest, new PackageSignature(P256.IdOf(first), signature), _ => throw new InvalidOperationException(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Read_AnotherCurve_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Contains("no P-256 key", Assert.Throws<InvalidDataException>(() => P256.Read(other.ExportECPrivateKeyPem())).Message, StringComparison.Ordinal);
    }

    private Task VerifyAsync(ECDsa signer, IReadOnlyList<SigningKey> listed) => VerifyAsync(signer, () => listed);

    /// <summary>Each time with nothing in memory.</summary>
    private async Task VerifyAsync(ECDsa signer, Func<IReadOnlyList<SigningKey>> asked, IReadOnlyList<string>? configured = null)
    {
        using var keys = new TrustedKeys(new TrustOptions { Folder = folder, TrustedKeys = configured ?? [] }, NullLogger<TrustedKeys>.Instance);
        await keys.VerifyAsync("Version 1 of 'm'", Manifest, new PackageSignature(P256.IdOf(signer), P256.Sign(signer, Manifest)), _ => Task.FromResult(asked()), TestContext.Current.CancellationToken);
    }

    private static IReadOnlyList<SigningKey> Listed(ECDsa key) => [new SigningKey(P256.IdOf(key), key.ExportSubjectPublicKeyInfoPem(), DateTimeOffset.UnixEpoch, IsCurrent: true)];

    private static SigningKey Endorsed(ECDsa key, ECDsa by) => Listed(key)[0] with { EndorsedBy = P256.IdOf(by), Endorsement = P256.Sign(by, P256.IdOf(key)) };

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
