using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Parts;
using ModelOps.DataPrep.Pictures;
using ModelOps.DataPrep.Sources;
using ModelOps.DataPrep.Uploads;
using ModelOps.Jobs;

namespace ModelOps.DataPrep.Imports;

/// <summary>
/// Fetches an import's sources and makes the version. Each fetched file is first stored and then noted; whoever takes the job up
/// after a kill goes on after the last one, so that a query is not asked twice and may not answer otherwise. It has succeeded when
/// what it fetched is gone again.
/// </summary>
internal sealed class ImportJob(DatasetsDb database, DatasetVersions versions, DatasetStorage storage, UploadBlocks uploads, Builds builds, ShopConnections connections, PictureLinksSource links, IOptions<PictureOptions> pictures, ProgressNotes notes, TimeProvider time) : IJobHandler
{
    public const string Kind = "import";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var import = await database.Imports.SingleAsync(row => row.Id == job.Id, cancellationToken);
        if (import.State.IsFinal())
            return;
        if (import.Version is null)
        {
            await using (notes.Follow(import.Id))
                await MakeVersionAsync(job.Store, import, cancellationToken);
        }
        await RemoveFetchedAsync(import, cancellationToken);
        var used = import.Request.Sources.Select(source => source.Upload).ToList();
        foreach (var upload in await database.Uploads.Where(row => used.Contains(row.Id)).ToListAsync(cancellationToken))
            await uploads.RemoveAsync(upload, cancellationToken);
        import.State = RunState.Succeeded;
        import.EndedAt = time.GetUtcNow();
        await NoteAsync(import, "done", cancellationToken);
    }

    private async Task MakeVersionAsync(StoreId store, ImportRow import, CancellationToken cancellationToken)
    {
        try
        {
            using var folder = new WorkFolder();
            await FetchAsync(store, import, folder.Path, cancellationToken);
            await NoteAsync(import, "preparing", cancellationToken);
            import.Version = await PrepareAsync(store, import, folder.Path, cancellationToken);
            await NoteAsync(import, "cleaning up", cancellationToken);
        }
        catch (Exception exception) when (exception is UploadException or MappingException or RulesException)
        {
            throw new FinalJobFailureException(exception.Message, exception);
        }
    }

    public async Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.Imports.Where(row => row.Id == job.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(import => import.State, RunState.Failed).SetProperty(import => import.Error, error).SetProperty(import => import.EndedAt, now), cancellationToken);
        await builds.EndOfOwnerAsync(job.Id, cancellationToken);
        await RemoveFetchedAsync(await database.Imports.AsNoTracking().SingleAsync(row => row.Id == job.Id, cancellationToken), cancellationToken);
    }

    /// <summary>What a version is made of lies among its sources by now; copies would outlive a person's erasure.</summary>
    private async Task RemoveFetchedAsync(ImportRow import, CancellationToken cancellationToken)
    {
        foreach (var file in import.Fetched)
            await storage.DeleteAsync(import.Blob(file.Sha256), cancellationToken);
    }

    private async Task FetchAsync(StoreId store, ImportRow import, string folder, CancellationToken cancellationToken)
    {
        import.State = RunState.Running;
        await NoteAsync(import, "fetching", cancellationToken);
        var progress = WorkProgress.Current;
        await AnnounceAsync(progress, import, cancellationToken);
        for (var number = import.SourcesDone; number < import.Request.Sources.Count; number++)
        {
            var source = import.Request.Sources[number];
            await foreach (var (file, mark) in FetchAsync(store, import, source, folder, cancellationToken))
            {
                await storage.PutFetchedAsync(import.Blob(file.Sha256), file.Path, cancellationToken);
                File.Delete(file.Path);
                // A source that was fetched in part before a kill brings its first files again.
                if (import.Fetched.All(known => (known.Source, known.Sha256) != (number, file.Sha256)))
                    import.Fetched = [.. import.Fetched, new FetchedFile(number, file.Kind, file.Name, file.Sha256, file.Bytes, mark)];
                await database.SaveChangesAsync(cancellationToken);
                progress.FileDone(file.Bytes);
            }
            import.SourcesDone = number + 1;
            await database.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>What is to be fetched, as far as it is known: not how many blobs a prefix has, nor how much a query brings.</summary>
    private async Task AnnounceAsync(WorkProgress progress, ImportRow import, CancellationToken cancellationToken)
    {
        var sources = import.Request.Sources;
        var ids = sources.Select(source => source.Upload).ToList();
        var uploads = await database.Uploads.AsNoTracking().Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Offset, cancellationToken);
        progress.Begin("fetching", sources.Count);
        foreach (var (number, source) in sources.Index())
        {
            var fetched = import.Fetched.Where(file => number < import.SourcesDone && file.Source == number).ToList();
            if (number < import.SourcesDone)
                progress.Announce(fetched.Count, fetched.Sum(file => file.Bytes));
            else if (source.Upload is { } id)
                progress.Announce(1, uploads.GetValueOrDefault(id));
            else if (source.Postgres is not null)
                progress.Announce(1, null);
            fetched.ForEach(file => progress.FileDone(file.Bytes));
        }
    }

    private async IAsyncEnumerable<(UploadedFile File, string? Mark)> FetchAsync(
        StoreId store, ImportRow import, ImportSource source, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var kind = Upload.KindOf(source.Kind);
        if (source.Upload is { } id)
        {
            yield return (await ReadAsync(await FetchUploadAsync(store, kind, id, folder, cancellationToken), folder, cancellationToken), null);
        }
        else if (source.Blobs is { } blobs)
        {
            var known = await FetchedBlobsAsync(import, source.Kind, blobs, cancellationToken);
            await foreach (var (file, tag) in BlobPrefixSource.FetchAsync(kind, blobs, connections.Find(store, blobs.Connection), known, folder, cancellationToken))
                yield return (await ReadAsync(file, folder, cancellationToken), tag);
        }
        else if (source.Links is { } wanted)
        {
            await foreach (var file in links.FetchAsync(store, import.Dataset, wanted, database, folder, cancellationToken))
                yield return (file, null);
        }
        else if (source.Postgres is { } query && await PostgresSource.FetchAsync(kind, query, connections.Find(store, query.Connection), await MarkAsync(import, query, cancellationToken), folder, cancellationToken) is { } fetched)
        {
            yield return fetched;
        }
    }

    private async Task<UploadedFile> ReadAsync(UploadedFile file, string folder, CancellationToken cancellationToken) =>
        file.Kind == SourceKind.Pictures ? await PictureArchive.ReadAsync(file, pictures.Value.Limits, pictures.Value.Video, folder, cancellationToken) : file;

    private async Task<UploadedFile> FetchUploadAsync(StoreId store, SourceKind kind, Guid id, string folder, CancellationToken cancellationToken)
    {
        var upload = await database.Uploads.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value && row.IsComplete, cancellationToken)
            ?? throw new UploadException($"There is no finished upload {id}.");
        var path = Path.Combine(folder, $"{id:N}.source");
        if (!await storage.GetAsync(upload.Blob, path, cancellationToken) || new FileInfo(path).Length != upload.Offset)
            throw new UploadException($"{upload.FileName}: the blob storage has lost the upload {id}. Upload the file again; nothing else is lost.");
        if (upload.Offset == 0)
            throw new UploadException($"The file '{upload.FileName}' ({kind.ToString().ToLowerInvariant()}) is empty: 0 bytes arrived.");
        return await UploadedFile.OfAsync(kind, upload.FileName, path, cancellationToken);
    }

    /// <summary>How far the same query came in the dataset's last import that succeeded.</summary>
    private async Task<string?> MarkAsync(ImportRow import, PostgresQuery query, CancellationToken cancellationToken)
    {
        if (query.Increment is null)
            return null;
        var earlier = await database.Imports.AsNoTracking()
            .Where(row => row.Store == import.Store && row.Dataset == import.Dataset && row.State == RunState.Succeeded).OrderByDescending(row => row.CreatedAt).ToListAsync(cancellationToken);
        return earlier.SelectMany(row => row.Fetched.Where(file => row.Request.Sources[file.Source].Postgres == query)).FirstOrDefault(file => file.Mark is not null)?.Mark;
    }

    /// <summary>
    /// The blobs of the prefix that this import has fetched already, or that an earlier one has put among the dataset's files in the same
    /// way: only what is new crosses the wire.
    /// </summary>
    private async Task<IReadOnlySet<WrittenBlob>> FetchedBlobsAsync(ImportRow import, string kind, BlobPrefix blobs, CancellationToken cancellationToken)
    {
        var earlier = await database.Imports.AsNoTracking()
            .Where(row => row.Store == import.Store && row.Dataset == import.Dataset && row.State == RunState.Succeeded).ToListAsync(cancellationToken);
        // As they are read now: with another mapping a file is brought again, and read by that one.
        var there = await database.Sources.Where(row => row.Store == import.Store && row.Dataset == import.Dataset && (import.Request.Mapping == null || row.Mapping == import.Request.Mapping))
            .Select(row => row.Sha256).ToHashSetAsync(cancellationToken);
        return earlier.SelectMany(row => row.Fetched.Where(file => there.Contains(file.Sha256)).Select(file => (Source: row.Request.Sources[file.Source], File: file)))
            .Concat(import.Fetched.Select(file => (Source: import.Request.Sources[file.Source], File: file)))
            .Where(fetched => fetched.Source.Kind == kind && fetched.Source.Blobs?.Connection == blobs.Connection && fetched.File.Mark is { Length: > 0 })
            .Select(fetched => new WrittenBlob(fetched.File.Name, fetched.File.Mark!)).ToHashSet();
    }

    private async Task<int> PrepareAsync(StoreId store, ImportRow import, string folder, CancellationToken cancellationToken)
    {
        if (import.Fetched.Count == 0)
            return (await versions.RefreshAsync(store, import.Dataset, includeEventLog: true, null, folder, import.Id, cancellationToken)).Version;
        var files = new List<UploadedFile>();
        WorkProgress.Current.Begin("gathering", 1);
        WorkProgress.Current.Announce(import.Fetched.Count, import.Fetched.Sum(file => file.Bytes));
        foreach (var file in import.Fetched)
        {
            var path = Path.Combine(folder, $"fetched-{files.Count:D5}.source");
            if (!await storage.GetAsync(import.Blob(file.Sha256), path, cancellationToken))
                throw new UploadException($"The stored copy of '{file.Name}' is missing from blob storage. Import it again; nothing else is lost.");
            files.Add(new UploadedFile(file.Kind, file.Name, path, file.Bytes, file.Sha256));
            WorkProgress.Current.FileDone(file.Bytes);
        }
        return (await versions.AddAsync(store, import.Dataset, new Upload(files, import.Request.Mapping), folder, import.Id, cancellationToken)).Version.Version;
    }

    private Task NoteAsync(ImportRow import, string stage, CancellationToken cancellationToken)
    {
        import.Stage = stage;
        return database.SaveChangesAsync(cancellationToken);
    }
}
