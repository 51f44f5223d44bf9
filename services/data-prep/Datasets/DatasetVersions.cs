using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Parts;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Reviews;
using ModelOps.DataPrep.Sources;
using ModelOps.DataPrep.Sources.Packing;
using Npgsql;

namespace ModelOps.DataPrep.Datasets;

/// <summary>Makes versions: an upload adds its files to the dataset's sources, and a version is made of all of them.</summary>
internal sealed class DatasetVersions(
    DatasetsDb database, NpgsqlDataSource locks, DatasetStorage storage, DatasetBuilder builder, PartedBuilder parted, Builds builds, StoreKeys keys, ReviewQueue reviews, TimeProvider time, ILogger<DatasetVersions> logger)
{
    /// <summary>Takes an upload in. The same files again change nothing and give the version that there is.</summary>
    /// <param name="job">Who comes back after a failure, to go on with what was made; null for nobody.</param>
    public async Task<(DatasetVersion Version, bool IsNew)> AddAsync(StoreId store, string dataset, Upload upload, string folder, Guid? job, CancellationToken cancellationToken)
    {
        await using var turn = await TakeTurnAsync(store, dataset, cancellationToken);
        return await WithBuildAsync(store, dataset, job, build => AddAsync(build, store, dataset, upload, folder, cancellationToken), cancellationToken);
    }

    private async Task<(DatasetVersion Version, bool IsNew)> AddAsync(BuildRow build, StoreId store, string dataset, Upload upload, string folder, CancellationToken cancellationToken)
    {
        var sources = await SourcesAsync(store, dataset, cancellationToken);
        var known = sources.Select(source => (source.Kind, source.Sha256)).ToHashSet();
        var fresh = upload.Files.DistinctBy(file => (file.Kind, file.Sha256)).Where(file => !known.Contains((file.Kind, file.Sha256))).ToList();
        var batch = sources.Select(source => source.Batch).DefaultIfEmpty().Max() + 1;

        // A known file with another mapping is read anew, its quarantined rows with it.
        foreach (var source in await database.Sources.Where(source => source.Store == store.Value && source.Dataset == dataset).ToListAsync(cancellationToken))
        {
            if (upload.Mapping is not null && source.Mapping != upload.Mapping && upload.Files.Any(file => (file.Kind, file.Sha256) == (source.Kind, source.Sha256)))
                source.Mapping = sources.Single(known => known.Id == source.Id).Mapping = upload.Mapping;
        }

        // A known file that comes again mends a copy that the blob storage may have lost.
        foreach (var file in upload.Files.Except(fresh).DistinctBy(file => file.Sha256).Where(file => sources.Any(source => source.StoredAs == file.Sha256)))
            await storage.PutSourceAsync(store, file.Sha256, file.Path, cancellationToken);
        var local = await StageAsync(store, sources, folder, cancellationToken);
        local.AddRange(fresh.SelectMany(Package.Files).Select(file => new DatasetSource(file, upload.Mapping, batch)));
        var built = await BuildAsync(build, store, dataset, local, includeEventLog: true, folder, cancellationToken);

        // Bytes first, rows after: a row never points at a blob that is not there.
        WorkProgress.Current.Begin("storing");
        foreach (var file in fresh)
            await storage.PutSourceAsync(store, file.Sha256, file.Path, cancellationToken);
        database.Sources.AddRange(fresh.Select(file => new Source
        {
            Store = store.Value,
            Dataset = dataset,
            Kind = file.Kind,
            FileName = file.Name,
            Sha256 = file.Sha256,
            Bytes = file.Bytes,
            Batch = batch,
            Mapping = upload.Mapping,
            AddedAt = time.GetUtcNow(),
        }));
        return await SaveAsync(store, dataset, built, cancellationToken);
    }

    /// <summary>Makes a version of the known sources and what the event log has taken in since; the latest one when nothing is new.</summary>
    /// <param name="remapping">How sources are read from now on; a version that cannot be made leaves them as they were.</param>
    public async Task<DatasetVersion> RefreshAsync(StoreId store, string dataset, bool includeEventLog, Remapping? remapping, string folder, Guid? job, CancellationToken cancellationToken)
    {
        await using var turn = await TakeTurnAsync(store, dataset, cancellationToken);
        return await MakeAsync(store, dataset, includeEventLog, remapping, folder, job, cancellationToken);
    }

    /// <summary>The same for who has the turn already.</summary>
    public Task<DatasetVersion> MakeAsync(StoreId store, string dataset, bool includeEventLog, string folder, Guid? job, CancellationToken cancellationToken) =>
        MakeAsync(store, dataset, includeEventLog, null, folder, job, cancellationToken);

    private async Task<DatasetVersion> MakeAsync(StoreId store, string dataset, bool includeEventLog, Remapping? remapping, string folder, Guid? job, CancellationToken cancellationToken)
    {
        var (version, _) = await WithBuildAsync(store, dataset, job, build => MakeAsync(build, store, dataset, includeEventLog, remapping, folder, cancellationToken), cancellationToken);
        return version;
    }

    private async Task<(DatasetVersion Version, bool IsNew)> MakeAsync(
        BuildRow build, StoreId store, string dataset, bool includeEventLog, Remapping? remapping, string folder, CancellationToken cancellationToken)
    {
        // Saved with the version, as an upload's mapping is.
        remapping?.Apply(await database.Sources.Where(source => source.Store == store.Value && source.Dataset == dataset).ToListAsync(cancellationToken));
        var sources = await SourcesAsync(store, dataset, cancellationToken);
        remapping?.Apply(sources);
        if (sources.Count == 0)
            throw new UploadException($"The dataset '{dataset}' does not exist. Upload it first: POST /v1/datasets?name={dataset}.");
        var built = await BuildAsync(build, store, dataset, await StageAsync(store, sources, folder, cancellationToken), includeEventLog, folder, cancellationToken);
        return await SaveAsync(store, dataset, built, cancellationToken);
    }

    /// <summary>
    /// Notes the build while it lasts. It stays where a job comes back to go on with it: after what says nothing about the data.
    /// </summary>
    private async Task<(DatasetVersion Version, bool IsNew)> WithBuildAsync(
        StoreId store, string dataset, Guid? job, Func<BuildRow, Task<(DatasetVersion Version, bool IsNew)>> make, CancellationToken cancellationToken)
    {
        var build = await builds.BeginAsync(store, dataset, job ?? Guid.CreateVersion7(), cancellationToken);
        try
        {
            var made = await make(build);
            await builds.EndAsync(build, cancellationToken);
            return made;
        }
        catch (Exception exception) when (job is null || exception is UploadException or MappingException or RulesException)
        {
            await builds.EndAsync(build, CancellationToken.None);
            throw;
        }
    }

    private async Task<BuiltDataset> BuildAsync(BuildRow build, StoreId store, string dataset, IReadOnlyList<DatasetSource> sources, bool includeEventLog, string folder, CancellationToken cancellationToken)
    {
        var rules = await database.RulesOfAsync(store, dataset, cancellationToken);
        var privacy = await keys.OfAsync(store, cancellationToken);
        var answers = await reviews.AnswersAsync(store, dataset, cancellationToken);
        return await Task.Run(() => parted.IsFor(sources)
            ? parted.BuildAsync(build, store, sources, rules, answers, privacy, includeEventLog, folder, cancellationToken)
            : builder.BuildAsync(store, sources, rules, answers, privacy, includeEventLog, folder, cancellationToken), cancellationToken);
    }

    private async Task<(DatasetVersion Version, bool IsNew)> SaveAsync(StoreId store, string dataset, BuiltDataset built, CancellationToken cancellationToken)
    {
        var latest = await database.Versions.Where(row => row.Store == store.Value && row.Dataset == dataset).OrderByDescending(row => row.Version).FirstOrDefaultAsync(cancellationToken);
        if (latest?.ContentSha256 == built.ContentSha256 && latest.RemovedAt is null)
        {
            await reviews.AskAsync(store, dataset, latest.Version, built.Labels, cancellationToken);
            await database.SaveChangesAsync(cancellationToken);
            return (latest.ToContract(), false);
        }
        foreach (var file in built.Files)
            await storage.PutVersionFileAsync(store, built.ContentSha256, file, cancellationToken);
        var version = (latest?.Version ?? 0) + 1;
        await reviews.AskAsync(store, dataset, version, built.Labels, cancellationToken);
        var row = new VersionRow
        {
            Store = store.Value,
            Dataset = dataset,
            Version = version,
            CreatedAt = time.GetUtcNow(),
            EventCursor = built.EventCursor,
            ContentSha256 = built.ContentSha256,
            Report = new DatasetReport(dataset, version, built.Rows, built.Profile, built.Sources, built.Checks) { Labels = built.Labels.Reports },
            Statistics = built.Statistics,
            Lineage = built.Lineage,
        };
        database.Versions.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        logger.LogInformation("Dataset {Dataset} version {Version}: {Read} rows read, {Kept} kept, {Quarantined} quarantined", dataset, version, built.Rows.Read, built.Rows.Kept, built.Rows.Quarantined);
        return (row.ToContract(), true);
    }

    private Task<List<Source>> SourcesAsync(StoreId store, string dataset, CancellationToken cancellationToken) =>
        database.Sources.AsNoTracking().Where(source => source.Store == store.Value && source.Dataset == dataset).OrderBy(source => source.Id).ToListAsync(cancellationToken);

    private async Task<List<DatasetSource>> StageAsync(StoreId store, IReadOnlyList<Source> sources, string folder, CancellationToken cancellationToken)
    {
        var staged = new List<DatasetSource>();
        var progress = WorkProgress.Current;
        progress.Begin("gathering", 1);
        progress.Announce(sources.Count, sources.Sum(source => source.Bytes));
        foreach (var source in sources)
        {
            var path = Path.Combine(folder, $"known-{source.Id}.source");
            if (!await storage.GetSourceAsync(store, source.StoredAs, path, cancellationToken))
                throw new UploadException($"The stored copy of '{source.FileName}' is missing from blob storage. Upload the file again; nothing else is lost.");
            staged.AddRange(Package.Files(new UploadedFile(source.Kind, source.FileName, path, source.Bytes, source.Sha256)).Select(file => new DatasetSource(file, source.Mapping, source.Batch)));
            progress.FileDone(source.Bytes);
        }
        return staged;
    }

    /// <summary>One version of a dataset is made at a time.</summary>
    public Task<NpgsqlConnection> TakeTurnAsync(StoreId store, string dataset, CancellationToken cancellationToken)
    {
        WorkProgress.Current.Begin("waiting");
        return locks.TakeTurnAsync(TurnOf(store, dataset), cancellationToken);
    }

    public static string TurnOf(StoreId store, string dataset) => $"dataset/{store}/{dataset}";
}
