using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.Datasets;

/// <summary>
/// Removes the files of versions that are old and have enough successors. What a version was (report, statistics, lineage) remains, so
/// a model's lineage never points at nothing, and its sources can make it again.
/// </summary>
internal sealed class Retention(DatasetsDb database, DatasetStorage storage, IOptions<DataPrepOptions> options, TimeProvider time, ILogger<Retention> logger)
{
    /// <returns>How many versions lost their files.</returns>
    public async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow() - options.Value.KeepVersionsFor;
        var candidates = await database.Versions.Where(row => row.RemovedAt == null && row.CreatedAt < oldest
            && database.Versions.Count(newer => newer.Store == row.Store && newer.Dataset == row.Dataset && newer.Version > row.Version) >= options.Value.KeepVersions).ToListAsync(cancellationToken);
        foreach (var row in candidates)
            await RemoveFilesAsync(row, cancellationToken);
        if (candidates.Count > 0)
            logger.LogInformation("Removed the files of {Count} old versions", candidates.Count);
        return candidates.Count;
    }

    /// <summary>The row first: a version that says it has files has them. Another version of the same content keeps them.</summary>
    public async Task RemoveFilesAsync(VersionRow row, CancellationToken cancellationToken)
    {
        row.RemovedAt = time.GetUtcNow();
        await database.SaveChangesAsync(cancellationToken);
        if (await database.Versions.AnyAsync(other => other.Store == row.Store && other.ContentSha256 == row.ContentSha256 && other.RemovedAt == null, cancellationToken))
            return;
        foreach (var file in row.Lineage?.Files.Keys ?? [])
            await storage.DeleteVersionFileAsync(new StoreId(row.Store), row.ContentSha256, file, cancellationToken);
    }

    /// <summary>The answer to who asks for files that are no more.</summary>
    public static ProblemHttpResult Gone(string dataset, int version, DateTimeOffset? removedAt) => Problems.Of(StatusCodes.Status410Gone, "version-removed", "The version was removed",
        $"The files of version {version} of '{dataset}' were removed{(removedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $" on {at:yyyy-MM-dd HH:mm} UTC") : "")}; its report, statistics and lineage remain. Take a newer version.");
}
