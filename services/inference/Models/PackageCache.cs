using System.Security.Cryptography;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Features;

namespace ModelOps.Inference.Models;

/// <summary>
/// Verified packages on local disk, by their manifest's hash. What is here can be served without registry and blob storage,
/// also after a restart.
/// </summary>
internal sealed class PackageCache(IServiceScopeFactory scopes, PackageOptions options, ILogger<PackageCache> logger)
{
    private static readonly TimeSpan OrphanAge = TimeSpan.FromHours(1);

    /// <summary>The folder of a deployment's package; downloaded and verified if it is not here yet.</summary>
    /// <exception cref="InvalidDataException">A file's bytes are not those that the manifest names.</exception>
    public async Task<string> GetAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Folder, deployment.ManifestSha256);
        if (Directory.Exists(folder))
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
            return folder;
        }
        var arriving = $"{folder}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(arriving);
        try
        {
            await DownloadAsync(deployment, arriving, cancellationToken);
            Directory.Move(arriving, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(arriving, recursive: true); // another replica was quicker
        }
        catch
        {
            Directory.Delete(arriving, recursive: true);
            throw;
        }
        return folder;
    }

    private async Task DownloadAsync(Deployment deployment, string folder, CancellationToken cancellationToken)
    {
        var (store, model, version) = (deployment.Store, deployment.Model, deployment.Version);
        await using var scope = scopes.CreateAsyncScope();
        var registry = scope.ServiceProvider.GetRequiredService<RegistryClient>();
        var manifestPath = Path.Combine(folder, PackageManifest.FileName);
        await registry.DownloadAsync(store, model, version, PackageManifest.FileName, manifestPath, cancellationToken);
        await VerifyAsync(manifestPath, deployment.ManifestSha256, deployment, cancellationToken);
        var manifest = JsonSerializer.Deserialize<PackageManifest>(await File.ReadAllTextAsync(manifestPath, cancellationToken), JsonSerializerOptions.Web)!;
        var served = manifest.Files.Where(file => file.Path is not (PackageFiles.Weights or PackageFiles.WeightsDescription)).ToList();
        foreach (var file in served)
        {
            var path = Path.GetFullPath(Path.Combine(folder, file.Path));
            if (!path.StartsWith(folder, StringComparison.Ordinal))
                throw new InvalidDataException($"The manifest of '{model}' version {version} names the file '{file.Path}' outside its folder.");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await registry.DownloadAsync(store, model, version, file.Path, path, cancellationToken);
            await VerifyAsync(path, file.Sha256, deployment, cancellationToken);
        }
        logger.LogInformation("Package of {Model} version {Version} ({Store}) downloaded and verified: {Files} files", model, version, store, served.Count);
    }

    private static async Task VerifyAsync(string path, string sha256, Deployment deployment, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        if (actual != sha256)
            throw new InvalidDataException($"{Path.GetFileName(path)} of '{deployment.Model}' version {deployment.Version} has the hash {actual}, its manifest says {sha256}. It is not loaded.");
    }

    /// <summary>Keeps what is deployed, the packages used last, and what is only arriving.</summary>
    public void RemoveOld(IReadOnlySet<string> deployed)
    {
        var packages = new DirectoryInfo(options.Folder).GetDirectories().OrderByDescending(folder => folder.LastWriteTimeUtc).ToList();
        var old = packages.Where(folder => !folder.Name.Contains('.', StringComparison.Ordinal)).Skip(options.Keep).Where(folder => !deployed.Contains(folder.Name))
            .Concat(packages.Where(folder => folder.Name.Contains('.', StringComparison.Ordinal) && folder.LastWriteTimeUtc < DateTime.UtcNow - OrphanAge));
        foreach (var folder in old)
        {
            try
            {
                folder.Delete(recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another replica on this machine was quicker.
            }
        }
    }
}
