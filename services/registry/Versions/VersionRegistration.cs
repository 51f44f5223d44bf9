using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Artifacts;
using ModelOps.Registry.Signing;
using Npgsql;

namespace ModelOps.Registry.Versions;

/// <summary>Takes a version from announced to READY. Every step can be repeated.</summary>
internal sealed class VersionRegistration(RegistryDb database, ArtifactStorage storage, SigningKeys keys, TimeProvider time)
{
    private const int Attempts = 5;

    public async Task<VersionRow> AnnounceAsync(StoreId store, string model, NewModelVersion version, string idempotencyKey, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await database.Versions.FirstOrDefaultAsync(row => row.Store == store.Value && row.Model == model && row.IdempotencyKey == idempotencyKey, cancellationToken) is { } known)
                return known;
            var latest = await database.Versions.Where(row => row.Store == store.Value && row.Model == model).MaxAsync(row => (int?)row.Version, cancellationToken) ?? 0;
            var row = Row(store, model, latest + 1, version, idempotencyKey, VersionStatus.PendingRegistration);
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

    /// <summary>Adds a READY version of files that were put already; all of it or nothing.</summary>
    /// <exception cref="TimeoutException">A file cannot be read back as it was put: blob storage has to come to itself first.</exception>
    public async Task<VersionRow> AddAsync(
        StoreId store, string model, NewModelVersion version, string description, IReadOnlyList<PackageFile> files, string idempotencyKey, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            if (!await storage.VerifyAsync(store, file.Sha256, cancellationToken))
                throw new TimeoutException($"The file '{file.Path}' is not in blob storage as it was put");
        }
        for (var attempt = 1; ; attempt++)
        {
            if (await database.Versions.FirstOrDefaultAsync(row => row.Store == store.Value && row.Model == model && row.IdempotencyKey == idempotencyKey, cancellationToken) is { } known)
                return known;
            var latest = await database.Versions.Where(row => row.Store == store.Value && row.Model == model).MaxAsync(row => (int?)row.Version, cancellationToken) ?? 0;
            var row = Row(store, model, latest + 1, version, idempotencyKey, VersionStatus.Ready);
            row.Description = description;
            var (sha256, bytes) = await storage.PutJsonAsync(store, new PackageManifest(model, row.Version, files), cancellationToken);
            row.ManifestSha256 = sha256;
            (row.SignatureKeyId, row.Signature) = await keys.SignAsync(sha256, cancellationToken);
            database.Versions.Add(row);
            database.Files.AddRange(files.Append(new PackageFile(PackageManifest.FileName, bytes, sha256))
                .Select(file => new FileRow { Store = row.Store, Model = row.Model, Version = row.Version, Path = file.Path, Sha256 = file.Sha256, Bytes = file.Bytes }));
            try
            {
                await database.SaveChangesAsync(cancellationToken);
                return row;
            }
            catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } && attempt < Attempts)
            {
                database.ChangeTracker.Clear(); // another one took the number, or was this one: look again
            }
        }
    }

    private VersionRow Row(StoreId store, string model, int number, NewModelVersion version, string idempotencyKey, VersionStatus status) => new()
    {
        Store = store.Value,
        Model = model,
        Version = number,
        IdempotencyKey = idempotencyKey,
        RunId = version.RunId,
        Metrics = new(version.Metrics ?? new Dictionary<string, double>()),
        Tags = new(version.Tags ?? new Dictionary<string, string>()),
        Origin = version.Origin,
        CreatedAt = time.GetUtcNow(),
        Status = status,
    };

    /// <summary>Reads every file back, signs the manifest and makes the version READY.</summary>
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
        (version.SignatureKeyId, version.Signature) = await keys.SignAsync(sha256, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        return null;
    }
}
