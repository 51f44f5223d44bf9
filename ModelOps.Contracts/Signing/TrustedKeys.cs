using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ModelOps.Contracts.Signing;

/// <summary>
/// The keys whose signatures count: those of the configuration, or else those that the registry listed at the first contact, kept on
/// disk. A later key is pinned too if one that is pinned already endorses it.
/// </summary>
public sealed class TrustedKeys(TrustOptions options, ILogger<TrustedKeys> logger) : IDisposable
{
    private readonly string pins = Path.Combine(options.Folder, "trusted-keys.json");
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<string, string> configured = Known(options.TrustedKeys, P256.Read);
    private Dictionary<string, string> pinned = [];

    /// <summary>Whether the configuration says which keys are trusted.</summary>
    public bool AreConfigured => configured.Count > 0;

    /// <summary>Whether the configuration names a key.</summary>
    public bool Names(string id) => configured.ContainsKey(id);

    /// <summary>Verifies a signature over a manifest.</summary>
    /// <param name="what">Whose signature, as a subject: <c>Version 3 of 'recommend'</c>.</param>
    /// <param name="listed">Asks the registry for its keys; only called for one that is not known here.</param>
    /// <exception cref="InvalidDataException">The key is not trusted, or the signature is another one.</exception>
    public async Task VerifyAsync(
        string what, string manifestSha256, PackageSignature signature, Func<CancellationToken, Task<IReadOnlyList<SigningKey>>> listed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signature);
        ArgumentNullException.ThrowIfNull(listed);
        var pem = await FindAsync(signature.KeyId, listed, cancellationToken) ?? throw new InvalidDataException($"{what} is signed with the key {signature.KeyId}, which is not trusted here. {Remedy()} It is not loaded.");
        using var key = P256.FromPem(pem);
        if (!P256.IsSigned(key, manifestSha256, signature.Value))
            throw new InvalidDataException($"{what} has a signature that the key {signature.KeyId} did not make over its manifest. It is not loaded.");
    }

    private string Remedy() => AreConfigured
        ? $"Packages:TrustedKeys names {string.Join(", ", configured.Keys)}; add the key if it is the registry's."
        : $"'{pins}' has the keys of the first contact, and none of them endorses it. If the registry was set up anew, delete that file.";

    private async Task<string?> FindAsync(string id, Func<CancellationToken, Task<IReadOnlyList<SigningKey>>> listed, CancellationToken cancellationToken)
    {
        if (AreConfigured)
            return configured.GetValueOrDefault(id);
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (!pinned.ContainsKey(id))
                pinned = await ReadAsync(cancellationToken);
            if (!pinned.ContainsKey(id))
                await PinAsync(await listed(cancellationToken), cancellationToken);
            return pinned.GetValueOrDefault(id);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task PinAsync(IReadOnlyList<SigningKey> keys, CancellationToken cancellationToken)
    {
        var isFirst = pinned.Count == 0;
        var genuine = keys.Where(IsItself).ToList();
        while (genuine.Find(key => !pinned.ContainsKey(key.Id) && (isFirst || IsEndorsed(key))) is { } found)
        {
            pinned[found.Id] = found.Pem;
            logger.LogWarning("The registry's key {Key} is trusted from now on: {Reason}", found.Id, isFirst ? "it is the first contact, and Packages:TrustedKeys names none" : $"the trusted key {found.EndorsedBy} endorses it");
        }
        await WriteAsync(cancellationToken);
    }

    private static bool IsItself(SigningKey key)
    {
        try
        {
            using var read = P256.FromPem(key.Pem);
            return P256.IdOf(read) == key.Id;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private bool IsEndorsed(SigningKey key)
    {
        if (key is not { EndorsedBy: { } by, Endorsement: { } endorsement } || !pinned.TryGetValue(by, out var pem))
            return false;
        using var endorser = P256.FromPem(pem);
        return P256.IsSigned(endorser, key.Id, endorsement);
    }

    private async Task<Dictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Known(JsonSerializer.Deserialize<string[]>(await File.ReadAllTextAsync(pins, cancellationToken)) ?? [], P256.FromPem);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{pins}' does not hold trusted keys any more ({exception.Message}). Delete it to pin the registry's keys anew, or set Packages:TrustedKeys.");
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(pins)!);
        var arriving = $"{pins}.{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(arriving, JsonSerializer.Serialize(pinned.Values), cancellationToken);
        File.Move(arriving, pins, overwrite: true);
    }

    private static Dictionary<string, string> Known(IEnumerable<string> keys, Func<string, ECDsa> read)
    {
        var known = new Dictionary<string, string>();
        foreach (var written in keys)
        {
            using var key = read(written);
            known[P256.IdOf(key)] = key.ExportSubjectPublicKeyInfoPem();
        }
        return known;
    }

    public void Dispose() => turn.Dispose();
}
