using System.Security.Cryptography;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;

namespace ModelOps.Trainer.Reproductions;

/// <summary>Brings what the registry has of a version.</summary>
public sealed class Originals(RegistryClient registry)
{
    /// <summary>The version and its manifest; null where the registry has no such version, or no files of it.</summary>
    /// <exception cref="ServiceException">The registry is away or refuses.</exception>
    public async Task<(ModelVersion Version, PackageManifest Manifest)?> FindAsync(StoreId store, string model, int version, CancellationToken cancellationToken) =>
        (await registry.FindAsync(store, model, cancellationToken))?.Versions.FirstOrDefault(one => one.Version == version) is { Status: VersionStatus.Ready } found
            ? (found, await registry.GetManifestAsync(store, model, version, cancellationToken))
            : null;

    /// <summary>Fetches a file of the package to <paramref name="path"/>. False when the package has none of this name.</summary>
    /// <exception cref="InvalidDataException">What came is not what the manifest names.</exception>
    public async Task<bool> FetchAsync(StoreId store, PackageManifest manifest, string file, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Files.FirstOrDefault(kept => kept.Path == file) is not { } named)
            return false;
        await registry.DownloadAsync(store, manifest.Model, manifest.Version, file, path, cancellationToken);
        return await HashAsync(path, cancellationToken) == named.Sha256
            ? true
            : throw new InvalidDataException($"'{file}' of version {manifest.Version} of '{manifest.Model}' has another content than its manifest names: it was changed after it was registered. Nothing can be concluded from it.");
    }

    /// <summary>SHA-256, lower-case hexadecimal.</summary>
    public static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
    }
}
