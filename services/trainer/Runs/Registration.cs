using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;
using ModelOps.Features;

namespace ModelOps.Trainer.Runs;

/// <summary>Puts a run's package into the registry. Every step may be repeated: the run's id is the idempotency key.</summary>
public sealed class Registration(RegistryClient registry, VersionOrigins origins, RunBlobs blobs, IOptions<TrainerOptions> options)
{
    private const int Attempts = 3;
    private static readonly string[] Files = [PackageFiles.Model, PackageFiles.Items, PackageFiles.Shoppers, PackageFiles.Schema, PackageFiles.ModelCard];

    /// <summary>Weights only of networks; related items not of a run that an older build trained.</summary>
    private static readonly string[] OptionalFiles = [PackageFiles.Related, PackageFiles.Index, PackageFiles.User, PackageFiles.Weights, PackageFiles.WeightsDescription];

    /// <summary>The version, or null when the package is no longer kept anywhere.</summary>
    /// <exception cref="ServiceException">The registry refuses or is away.</exception>
    public async Task<ModelVersion?> RegisterAsync(Run run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var store = new StoreId(run.Store);
        var version = await registry.CreateVersionAsync(store, run.Model, Announcement(run, await origins.FindAsync(store, run, cancellationToken)), run.Id.ToString(), cancellationToken);
        if (version.Status == VersionStatus.Ready)
            return version;
        var kept = RunFolder.Kept(options.Value, run.Id);
        if (Directory.Exists(kept))
        {
            var ready = await PutAsync(run, version, kept, cancellationToken);
            RunFolder.Remove(kept);
            return ready;
        }
        var fetched = RunFolder.CreateForFetching(options.Value, run.Id);
        try
        {
            if (!await blobs.FetchPackageAsync(store, run.Id, fetched, Files, cancellationToken))
                return null;
            foreach (var file in OptionalFiles)
                await blobs.FetchPackageAsync(store, run.Id, fetched, [file], cancellationToken);
            return await PutAsync(run, version, fetched, cancellationToken);
        }
        finally
        {
            RunFolder.Remove(fetched);
        }
    }

    private static NewModelVersion Announcement(Run run, VersionOrigin origin) => new(
        run.Id,
        JsonSerializer.Deserialize<Dictionary<string, double>>(run.Metrics)!,
        new Dictionary<string, string>
        {
            [LineageTags.Dataset] = run.Dataset,
            [LineageTags.DatasetVersion] = run.DatasetVersion.ToString(CultureInfo.InvariantCulture),
            [LineageTags.Architecture] = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(run.Parameters)!.TryGetValue("architecture", out var architecture) ? architecture.ToString() : "sasrec",
        },
        origin);

    private static async Task<PackageFile> DescribeAsync(string folder, string file, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(Path.Combine(folder, file));
        return new PackageFile(file, content.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)));
    }

    private async Task<ModelVersion> PutAsync(Run run, ModelVersion version, string folder, CancellationToken cancellationToken)
    {
        var present = Files.Concat(OptionalFiles.Where(file => File.Exists(Path.Combine(folder, file))));
        var manifest = new PackageManifest(run.Model, version.Version, [.. await Task.WhenAll(present.Select(file => DescribeAsync(folder, file, cancellationToken)))]);
        return await PutAsync(new StoreId(run.Store), manifest, folder, cancellationToken);
    }

    /// <summary>Uploads and completes; where the registry misses a file or reads back another hash, everything is put again.</summary>
    private async Task<ModelVersion> PutAsync(StoreId store, PackageManifest manifest, string folder, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                foreach (var file in manifest.Files)
                    await registry.UploadAsync(store, manifest.Model, manifest.Version, file.Path, Path.Combine(folder, file.Path), cancellationToken);
                return await registry.CompleteAsync(store, manifest.Model, manifest, cancellationToken);
            }
            catch (ServiceException exception) when (attempt < Attempts && (exception.IsTransient || exception.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict))
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt), cancellationToken);
            }
        }
    }
}
