using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;
using ModelOps.Trainer.Applications;

namespace ModelOps.Trainer.Runs;

/// <summary>Puts a run's package into the registry. Every step may be repeated: the run's id is the idempotency key.</summary>
public sealed class Registration(RegistryClient registry, VersionOrigins origins, RunBlobs blobs, IOptions<TrainerOptions> options)
{
    private const int Attempts = 3;
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
            if (!await blobs.FetchPackageAsync(store, run.Id, fetched, ApplicationList.Of(run.Application).PackageFiles, cancellationToken))
                return null;
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
            [LineageTags.Application] = run.Application,
            [LineageTags.Architecture] = ArchitectureOf(run),
        },
        origin);

    private static string ArchitectureOf(Run run)
    {
        var given = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(run.Parameters)!;
        return ApplicationList.Of(run.Application).Complete(given, out _)?.GetValueOrDefault("architecture") is { ValueKind: JsonValueKind.String } architecture ? architecture.GetString()! : run.Application;
    }

    private static async Task<PackageFile> DescribeAsync(string folder, string file, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(Path.Combine(folder, file));
        return new PackageFile(file, content.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)));
    }

    private async Task<ModelVersion> PutAsync(Run run, ModelVersion version, string folder, CancellationToken cancellationToken)
    {
        var present = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
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
