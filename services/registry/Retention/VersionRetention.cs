using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Artifacts;
using ModelOps.Registry.Signing;
using ModelOps.Registry.Versions;

namespace ModelOps.Registry.Retention;

/// <summary>
/// Removes the files of old versions; their rows, with metrics and lineage, stay. In two steps, an hour apart: an archived
/// version takes no alias any more, and one that an alias or a rollout reached in that very moment becomes READY again before files go.
/// </summary>
internal sealed class VersionRetention(RegistryDb database, ArtifactStorage storage, PartialFiles parts, SigningKeys keys, IOptions<RetentionOptions> options, TimeProvider time, ILogger<VersionRetention> logger)
{
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private readonly RetentionOptions options = options.Value;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await keys.SignUnsignedAsync();
        await GiveUpPendingAsync(now, cancellationToken);
        await RemovePartsAsync(cancellationToken);
        await ArchiveAsync(now, cancellationToken);
        await RestoreReachedAsync(cancellationToken);
        await RemoveFilesAsync(now - Grace, cancellationToken);
    }

    private Task GiveUpPendingAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var oldest = now.AddDays(-options.PendingDays);
        var error = $"Its files did not arrive within {options.PendingDays} days. Train again.";
        return database.Versions.Where(row => row.Status == VersionStatus.PendingRegistration && row.CreatedAt < oldest)
            .ExecuteUpdateAsync(row => row.SetProperty(version => version.Status, VersionStatus.FailedRegistration)
                .SetProperty(version => version.Error, error).SetProperty(version => version.ArchivedAt, now), cancellationToken);
    }

    /// <summary>Of versions that take no files any more.</summary>
    private async Task RemovePartsAsync(CancellationToken cancellationToken)
    {
        var left = await database.PartialFiles.AsNoTracking()
            .Where(part => !database.Versions.Any(row => row.Store == part.Store && row.Model == part.Model && row.Version == part.Version && row.Status == VersionStatus.PendingRegistration))
            .ToListAsync(cancellationToken);
        foreach (var part in left)
            await parts.RemoveAsync(part, cancellationToken);
    }

    private async Task ArchiveAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var old = Old(now.AddDays(-options.KeepDays));
        var parents = await ParentsOfReachedAsync(cancellationToken);
        var archived = 0;
        foreach (var key in (await old.Select(row => new { row.Store, row.Model, row.Version }).ToListAsync(cancellationToken)).Where(key => !parents.Contains((key.Store, key.Model, key.Version))))
        {
            archived += await old.Where(row => row.Store == key.Store && row.Model == key.Model && row.Version == key.Version)
                .ExecuteUpdateAsync(row => row.SetProperty(version => version.Status, VersionStatus.Archived).SetProperty(version => version.ArchivedAt, now), cancellationToken);
        }
        if (archived > 0)
            logger.LogInformation("{Count} versions archived; their files go in an hour", archived);
    }

    /// <summary>READY versions beside the newest that nothing points at, nor has lately.</summary>
    private IQueryable<VersionRow> Old(DateTimeOffset recently) => database.Versions
        .Where(row => row.Status == VersionStatus.Ready)
        .Where(row => database.Versions.Count(newer => newer.Store == row.Store && newer.Model == row.Model && newer.Status == VersionStatus.Ready && newer.Version > row.Version) >= options.KeepVersions)
        .Where(row => !database.Aliases.Any(alias => alias.Store == row.Store && alias.Model == row.Model && alias.Version == row.Version))
        .Where(row => !database.AliasChanges.Any(change => change.Store == row.Store && change.Model == row.Model && (change.To == row.Version || change.From == row.Version) && change.At > recently))
        .Where(row => !database.Rollouts.Any(rollout => rollout.Store == row.Store && rollout.Model == row.Model && (rollout.EndedAt == null || rollout.EndedAt > recently) && rollout.Versions.Contains(row.Version)));

    private async Task RestoreReachedAsync(CancellationToken cancellationToken)
    {
        await RestoreAsync(Reached(), cancellationToken);
        foreach (var (store, model, version) in await ParentsOfReachedAsync(cancellationToken))
            await RestoreAsync(database.Versions.Where(row => row.Store == store && row.Model == model && row.Version == version), cancellationToken);
    }

    private Task RestoreAsync(IQueryable<VersionRow> versions, CancellationToken cancellationToken) => versions
        .Where(row => row.Status == VersionStatus.Archived && database.Files.Any(file => file.Store == row.Store && file.Model == row.Model && file.Version == row.Version))
        .ExecuteUpdateAsync(row => row.SetProperty(version => version.Status, VersionStatus.Ready).SetProperty(version => version.ArchivedAt, (DateTimeOffset?)null), cancellationToken);

    /// <summary>Versions that an alias points at, or that a rollout under way shows.</summary>
    private IQueryable<VersionRow> Reached() => database.Versions.Where(row =>
        database.Aliases.Any(alias => alias.Store == row.Store && alias.Model == row.Model && alias.Version == row.Version)
        || database.Rollouts.Any(rollout => rollout.Store == row.Store && rollout.Model == row.Model && rollout.EndedAt == null && rollout.Versions.Contains(row.Version)));

    /// <summary>Versions whose weights those began with: without their files what is deployed could not be reproduced.</summary>
    private async Task<HashSet<(string Store, string Model, int Version)>> ParentsOfReachedAsync(CancellationToken cancellationToken) =>
        [.. (await Reached().Select(row => new { row.Store, row.Model, row.Origin }).ToListAsync(cancellationToken))
            .SelectMany(row => new[] { (row.Store, row.Model, Version: row.Origin?.Parent), (row.Store, Model: row.Origin?.Base?.Model ?? "", Version: row.Origin?.Base?.Version) })
            .Where(began => began.Version is not null).Select(began => (began.Store, began.Model, began.Version!.Value))];

    private async Task RemoveFilesAsync(DateTimeOffset archivedBefore, CancellationToken cancellationToken)
    {
        var gone = await database.Versions
            .Where(row => (row.Status == VersionStatus.Archived || row.Status == VersionStatus.FailedRegistration) && row.ArchivedAt < archivedBefore)
            .Where(row => database.Files.Any(file => file.Store == row.Store && file.Model == row.Model && file.Version == row.Version))
            .AsNoTracking().ToListAsync(cancellationToken);
        foreach (var version in gone)
            await RemoveFilesAsync(version, archivedBefore, cancellationToken);
    }

    /// <summary>Blobs first, rows after: what is interrupted is found again. A blob that another version shares stays.</summary>
    private async Task RemoveFilesAsync(VersionRow version, DateTimeOffset unchangedSince, CancellationToken cancellationToken)
    {
        var its = database.Files.Where(file => file.Store == version.Store && file.Model == version.Model && file.Version == version.Version);
        var files = await its.AsNoTracking().ToListAsync(cancellationToken);
        foreach (var file in files.DistinctBy(file => file.Sha256))
            await storage.RemoveAsync(new StoreId(version.Store), file.Sha256, unchangedSince, () => IsSharedAsync(file, cancellationToken), cancellationToken);
        await its.ExecuteDeleteAsync(cancellationToken); // not by row: another replica may be at it too
        logger.LogInformation("The {Count} files of {Model} version {Version} ({Store}) are removed", files.Count, version.Model, version.Version, version.Store);
    }

    private Task<bool> IsSharedAsync(FileRow file, CancellationToken cancellationToken) => database.Files.AnyAsync(
        other => other.Store == file.Store && other.Sha256 == file.Sha256 && (other.Model != file.Model || other.Version != file.Version), cancellationToken);
}
