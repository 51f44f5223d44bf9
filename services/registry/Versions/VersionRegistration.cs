using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Artifacts;
using Npgsql;

namespace ModelOps.Registry.Versions;

/// <summary>Takes a version from announced to READY. Every step can be repeated.</summary>
internal sealed class VersionRegistration(RegistryDb database, ArtifactStorage storage, TimeProvider time)
{
    private const int Attempts = 5;

    public async Task<VersionRow> AnnounceAsync(StoreId store, string model, NewModelVersion version, string idempotencyKey, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await database.Versions.FirstOrDefaultAsync(row => row.Store == store.Value && row.Model == model && row.IdempotencyKey == idempotencyKey, cancellationToken) is { } known)
                return known;
            var latest = await database.Versions.Where(row => row.Store == store.Value && row.Model == model).MaxAsync(row => (int?)row.Version, cancellationToken) ?? 0;
            var row = new VersionRow
            {
                Store = store.Value,
                Model = model,
                Version = latest + 1,
                IdempotencyKey = idempotencyKey,
                RunId = version.RunId,
                Metrics = new(version.Metrics),
                Tags = new(version.Tags),
                CreatedAt = time.GetUtcNow(),
                Status = VersionStatus.PendingRegistration,
            };
            database.Versions.Add(row);
            try
            {
                await database.SaveChangesAsync(cancellationToken);
                return row;
            }
            catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } && attempt < Attempts)
            {
                // Another announcement took the number, or was this one: look again.
                database.Entry(row).State = EntityState.Detached;
            }
        }
    }

    /// <summary>Reads every file back and makes the version READY.</summary>
    /// <returns>What is wrong, or null.</returns>
    public async Task<string?> CompleteAsync(VersionRow version, PackageManifest manifest, CancellationToken cancellationToken)
    {
        var store = new StoreId(version.Store);
        var stored = await database.Files.Where(file => file.Store == version.Store && file.Model == version.Model && file.Version == version.Version)
            .ToDictionaryAsync(file => file.Path, cancellationToken);
        foreach (var file in manifest.Files)
        {
            if (!stored.TryGetValue(file.Path, out var row))
                return $"The file '{file.Path}' of the manifest has not arrived. Upload it, then complete again.";
            if (!row.Sha256.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase))
                return $"The file '{file.Path}' arrived with the hash {row.Sha256}, the manifest says {file.Sha256}. Upload it again.";
            if (!await storage.VerifyAsync(store, row.Sha256, cancellationToken))
                return $"The file '{file.Path}' is not in blob storage as it was uploaded. Upload it again, then complete again.";
        }
        var (sha256, bytes) = await storage.PutJsonAsync(store, manifest with { Model = version.Model, Version = version.Version }, cancellationToken);
        if (!stored.ContainsKey(PackageManifest.FileName))
            database.Files.Add(new FileRow { Store = version.Store, Model = version.Model, Version = version.Version, Path = PackageManifest.FileName, Sha256 = sha256, Bytes = bytes });
        version.Status = VersionStatus.Ready;
        version.ManifestSha256 = sha256;
        await database.SaveChangesAsync(cancellationToken);
        return null;
    }
}
