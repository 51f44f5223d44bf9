using DuckDB.NET.Data;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Privacy;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Reviews;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Privacy;

/// <summary>
/// Takes a person out of a dataset: sources are written anew, a version is made of them, and versions that held the person lose their
/// files. What they were, without a row of anybody, remains.
/// </summary>
internal sealed class DatasetErasure(DatasetsDb database, DatasetStorage storage, DatasetVersions versions, ReviewQueue reviews, Retention retention)
{
    public async Task<IReadOnlyList<ErasedPlace>> EraseAsync(StoreId store, string dataset, Person person, CancellationToken cancellationToken)
    {
        await using var turn = await versions.TakeTurnAsync(store, dataset, cancellationToken);
        var places = new List<ErasedPlace>();
        foreach (var source in await database.Sources.Where(source => source.Store == store.Value && source.Dataset == dataset).OrderBy(source => source.Id).ToListAsync(cancellationToken))
        {
            if (await EraseSourceAsync(store, source, person, cancellationToken) is { } place)
                places.Add(place);
        }

        var holding = new List<(VersionRow Version, long Rows)>();
        foreach (var version in await database.Versions.Where(row => row.Store == store.Value && row.Dataset == dataset && row.RemovedAt == null).OrderBy(row => row.Version).ToListAsync(cancellationToken))
        {
            if (await CountAsync(store, version, person, cancellationToken) is > 0 and var rows)
                holding.Add((version, rows));
        }
        await ForgetSamplesAsync(store, dataset, person, cancellationToken);
        if (holding.Count == 0)
            return places;

        var successor = await MakeSuccessorAsync(store, dataset, cancellationToken);
        if (successor is null)
            await reviews.RemoveAsync(store, dataset, cancellationToken);
        var remaining = successor is null ? 0 : await CountAsync(store, successor, person, cancellationToken);
        foreach (var (version, rows) in holding.Where(held => held.Version.Version != successor?.Version))
        {
            await retention.RemoveFilesAsync(version, cancellationToken);
            places.Add(new ErasedPlace($"dataset {dataset}, version {version.Version}", "rows of the version, whose files were removed", rows, remaining, version.ContentSha256, successor?.ContentSha256));
        }
        return places;
    }

    /// <summary>Reports show rows; those of versions that were removed long ago too. What names the person goes, the counts remain.</summary>
    private async Task ForgetSamplesAsync(StoreId store, string dataset, Person person, CancellationToken cancellationToken)
    {
        foreach (var version in await database.Versions.Where(row => row.Store == store.Value && row.Dataset == dataset).ToListAsync(cancellationToken))
            version.Report = version.Report.Without(person.IsNamedBy);
        await database.SaveChangesAsync(cancellationToken);
    }

    private async Task<ErasedPlace?> EraseSourceAsync(StoreId store, Source source, Person person, CancellationToken cancellationToken)
    {
        using var folder = new WorkFolder();
        var path = Path.Combine(folder.Path, "source");
        var before = source.StoredAs;
        if (!await storage.GetSourceAsync(store, before, path, cancellationToken))
            return null;
        var erased = await Task.Run(() => SourceEraser.Erase(new UploadedFile(source.Kind, source.FileName, path, source.Bytes, before), source.Mapping, person, folder.Path), cancellationToken);
        if (erased is null)
            return null;
        // The new bytes first, then the row, then the old bytes: at no moment is there none.
        if (erased.File is { } file)
        {
            await storage.PutSourceAsync(store, file.Sha256, file.Path, cancellationToken);
            (source.StoredSha256, source.Bytes) = (file.Sha256, file.Bytes);
        }
        else
            database.Sources.Remove(source);
        await database.SaveChangesAsync(cancellationToken);
        if (!await database.Sources.AnyAsync(other => other.Store == source.Store && (other.StoredSha256 ?? other.Sha256) == before, cancellationToken))
            await storage.DeleteSourceAsync(store, before, cancellationToken);
        var left = erased.File is null ? null : await Task.Run(() => SourceEraser.Erase(erased.File, source.Mapping, person, folder.Path), cancellationToken);
        return new ErasedPlace($"dataset {source.Dataset}, source {source.FileName}", "rows of the source, which was written anew", erased.Removed, left?.Removed ?? 0, before, erased.File?.Sha256);
    }

    /// <summary>A version of what is left; null when that is nothing.</summary>
    private async Task<VersionRow?> MakeSuccessorAsync(StoreId store, string dataset, CancellationToken cancellationToken)
    {
        try
        {
            using var folder = new WorkFolder();
            var made = await versions.MakeAsync(store, dataset, includeEventLog: true, folder.Path, job: null, cancellationToken);
            return await database.FindVersionAsync(store, dataset, made.Version, cancellationToken);
        }
        catch (Exception exception) when (exception is UploadException or MappingException or RulesException)
        {
            return null;
        }
    }

    private async Task<long> CountAsync(StoreId store, VersionRow version, Person person, CancellationToken cancellationToken)
    {
        using var folder = new WorkFolder();
        await using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var names = string.Join(", ", person.Names.Select(Sql.Literal));
        long rows = 0;
        foreach (var file in version.Lineage?.Files.Keys ?? [DatasetFiles.Events])
        {
            var path = Path.Combine(folder.Path, file);
            if (!await storage.GetVersionFileAsync(store, version.ContentSha256, file, path, cancellationToken))
                continue;
            var table = $"read_parquet({Sql.Literal(path)})";
            var columns = duck.Rows($"SELECT column_name FROM (DESCRIBE SELECT * FROM {table})", row => row.GetString(0));
            if (columns.Contains("user_id"))
                rows += duck.Scalar<long>($"SELECT count(*) FROM {table} WHERE user_id IN ({names})");
            else if (file == DatasetFiles.Quarantine)
                rows += duck.Scalar<long>($"SELECT count(*) FROM {table} WHERE {string.Join(" OR ", person.Names.Select(name => $"contains(raw, {Sql.Literal($"\"user_id\":\"{name}\"")})"))}");
        }
        return rows;
    }
}
