using System.Security.Cryptography;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;
using ModelOps.Features;

namespace ModelOps.Inference.Models;

/// <summary>
/// Packages on local disk, by their manifest's hash, with their signatures. What is here can be served without registry and blob
/// storage, also after a restart; it is verified whenever it is loaded.
/// </summary>
internal sealed class PackageCache(IServiceScopeFactory scopes, PackageOptions options, ILogger<PackageCache> logger)
{
    private static readonly TimeSpan OrphanAge = TimeSpan.FromHours(1);

    /// <summary>The folder of a deployment's package, verified; downloaded if it is not here yet, or not as it was signed.</summary>
    /// <exception cref="InvalidDataException">The package is not what a trusted key has signed.</exception>
    public async Task<string> GetAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var packages = scope.ServiceProvider.GetRequiredService<SignedPackages>();
        var folder = Path.Combine(options.Folder, deployment.ManifestSha256);
        if (Directory.Exists(folder) && await IsSoundAsync(packages, deployment, folder, cancellationToken))
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
            return folder;
        }
        var arriving = $"{folder}.{Guid.NewGuid():N}";
        try
        {
            await DownloadAsync(packages, deployment, arriving, cancellationToken);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.Move(arriving, folder);
        }
        catch (IOException) when (Directory.Exists(arriving) && Directory.Exists(folder))
        {
            Directory.Delete(arriving, recursive: true);
            if (!await IsSoundAsync(packages, deployment, folder, cancellationToken))
                throw; // else another replica was quicker
        }
        catch
        {
            if (Directory.Exists(arriving))
                Directory.Delete(arriving, recursive: true);
            throw;
        }
        return folder;
    }

    private async Task<bool> IsSoundAsync(SignedPackages packages, Deployment deployment, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await packages.VerifyAsync(deployment.Store, deployment.Model, deployment.Version, folder, IsServed, cancellationToken);
            await CheckManifestAsync(deployment, folder, cancellationToken);
            return true;
        }
        catch (InvalidDataException exception)
        {
            logger.LogWarning("{Reason} It is fetched again", exception.Message);
            return false;
        }
    }

    private async Task DownloadAsync(SignedPackages packages, Deployment deployment, string folder, CancellationToken cancellationToken)
    {
        var (store, model, version) = (deployment.Store, deployment.Model, deployment.Version);
        await packages.DownloadAsync(store, model, version, folder, IsServed, cancellationToken);
        await CheckManifestAsync(deployment, folder, cancellationToken);
        logger.LogInformation("Package of {Model} version {Version} ({Store}) downloaded; its signature and files are verified", model, version, store);
    }

    /// <summary>One key signs every store's versions: which of them is deployed, the manifest's hash says.</summary>
    private static async Task CheckManifestAsync(Deployment deployment, string folder, CancellationToken cancellationToken)
    {
        await using var manifest = File.OpenRead(Path.Combine(folder, PackageManifest.FileName));
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(manifest, cancellationToken)) != deployment.ManifestSha256)
            throw new InvalidDataException($"Version {deployment.Version} of '{deployment.Model}' is deployed with the manifest {deployment.ManifestSha256}, but this is another one. It is not loaded.");
    }

    private static bool IsServed(string file) => file is not (PackageFiles.Weights or PackageFiles.WeightsDescription);

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
