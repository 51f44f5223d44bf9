using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Pictures;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.SearchLog;
using ModelOps.DataPrep.Sources;
using ModelOps.Jobs;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.Datasets;

/// <summary>Uploads, versions, their files and reports.</summary>
internal static partial class DatasetsApi
{
    public static IServiceCollection AddDatasets(this IServiceCollection services)
    {
        WorkFolder.RemoveOrphans();
        services.AddOptions<DataPrepOptions>().BindConfiguration("DataPrep").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<EventLogSource>().AddSingleton<SearchLogSource>();
        services.AddSingleton<DatasetBuilder>();
        services.AddSingleton<DatasetStorage>();
        services.AddScoped<DatasetVersions>();
        services.AddScoped<Retention>();
        services.AddHourly("The retention of dataset versions", (provider, cancellationToken) => provider.GetRequiredService<Retention>().RemoveAsync(cancellationToken));
        return services;
    }

    public static void MapDatasets(this IEndpointRouteBuilder app)
    {
        var datasets = app.MapGroup("/v1/datasets").WithTags("Datasets");
        datasets.MapPost("", UploadAsync).DisableAntiforgery().WithSummary("Upload files; answers with the version made of all files so far")
            .WithMetadata(new DisableRequestSizeLimitAttribute());
        datasets.MapGet("", ListAsync);
        datasets.MapGet("/{name}", FindAsync);
        datasets.MapGet("/{name}/versions/{version:int}", FindVersionAsync);
        datasets.MapGet("/{name}/versions/{version:int}/report", FindReportAsync);
        datasets.MapGet("/{name}/versions/{version:int}/files/{file}", DownloadAsync);
        datasets.MapDelete("/{name}/versions/{version:int}", RemoveAsync).WithSummary("Remove a version's files; its report, statistics and lineage remain");
        datasets.MapPost("/{name}/preparations", PrepareAsync).WithSummary("Make a version of all files there are, those put aside too, by the rules of now, and with another mapping where one is given; the same Idempotency-Key makes one");
        datasets.MapGet("/{name}/preparations/{id:guid}", FindPreparationAsync);
        app.MapWaiting();
        app.MapUsers();
        app.MapComparisons();
        app.MapQueries();
        app.MapRules();
    }

    private static async Task<Results<Created<DatasetVersion>, Ok<DatasetVersion>, ProblemHttpResult>> UploadAsync(
        StoreId store, string? name, HttpRequest request, DatasetVersions versions, IOptions<PictureOptions> pictures, CancellationToken cancellationToken)
    {
        if (name is null || !DatasetName().IsMatch(name))
            return Refuse("dataset-name", NameRule);
        using var folder = new WorkFolder();
        try
        {
            var upload = await Upload.ReceiveAsync(request, folder.Path, cancellationToken);
            upload = upload with { Files = await PictureArchive.ReadAsync(upload.Files, pictures.Value.Limits, pictures.Value.Video, folder.Path, cancellationToken) };
            var (version, isNew) = await versions.AddAsync(store, name, upload, folder.Path, null, cancellationToken);
            return isNew
                ? TypedResults.Created($"/v1/datasets/{name}/versions/{version.Version}", version)
                : TypedResults.Ok(version);
        }
        catch (UploadException exception)
        {
            return Refuse("upload", exception.Message);
        }
        catch (MappingException exception)
        {
            return Refuse("mapping", exception.Message);
        }
    }

    private static async Task<Ok<Page<Dataset>>> ListAsync(StoreId store, DatasetsDb database, CancellationToken cancellationToken, string? after = null, int limit = Page<Dataset>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var names = await database.Versions.Where(row => row.Store == store.Value && (after == null || string.Compare(row.Dataset, after) > 0))
            .Select(row => row.Dataset).Distinct().OrderBy(name => name).Take(limit + 1).ToListAsync(cancellationToken);
        var rows = await database.Versions.AsNoTracking().Where(row => row.Store == store.Value && names.Contains(row.Dataset)).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<Dataset>.Of([.. rows.GroupBy(row => row.Dataset).OrderBy(group => group.Key, StringComparer.Ordinal).Select(ToDataset)], limit, dataset => dataset.Name));
    }

    private static async Task<Results<Ok<Dataset>, ProblemHttpResult>> FindAsync(StoreId store, string name, DatasetsDb database, CancellationToken cancellationToken)
    {
        var rows = await database.Versions.AsNoTracking().Where(row => row.Store == store.Value && row.Dataset == name).ToListAsync(cancellationToken);
        return rows.Count == 0 ? Problems.NotFound($"There is no dataset '{name}'.") : TypedResults.Ok(ToDataset(rows.GroupBy(row => row.Dataset).Single()));
    }

    private static async Task<Results<Ok<DatasetVersion>, ProblemHttpResult>> FindVersionAsync(StoreId store, string name, int version, DatasetsDb database, CancellationToken cancellationToken) =>
        await RowAsync(database, store, name, version, cancellationToken) is { } row ? TypedResults.Ok(row.ToContract()) : Problems.NotFound($"The dataset '{name}' has no version {version}.");

    private static async Task<Results<Ok<DatasetReport>, ProblemHttpResult>> FindReportAsync(StoreId store, string name, int version, DatasetsDb database, CancellationToken cancellationToken) =>
        await RowAsync(database, store, name, version, cancellationToken) is { } row ? TypedResults.Ok(row.Report) : Problems.NotFound($"The dataset '{name}' has no version {version}.");

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        StoreId store, string name, int version, DatasetsDb database, Retention retention, CancellationToken cancellationToken)
    {
        var rows = await database.Versions.Where(row => row.Store == store.Value && row.Dataset == name && row.Version >= version).ToListAsync(cancellationToken);
        if (rows.SingleOrDefault(row => row.Version == version) is not { } found)
            return Problems.NotFound($"The dataset '{name}' has no version {version}.");
        if (rows.Count == 1)
            return Problems.Conflict("version-in-use", $"Version {version} is the latest of '{name}' and stays. Make a newer one first: POST /v1/datasets/{name}/preparations.");
        if (found.RemovedAt is null)
            await retention.RemoveFilesAsync(found, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(
        StoreId store, string name, int version, string file, DatasetsDb database, DatasetStorage storage, CancellationToken cancellationToken)
    {
        if (await RowAsync(database, store, name, version, cancellationToken) is not { } row)
            return Problems.NotFound($"The dataset '{name}' has no version {version}.");
        if (row.RemovedAt is { } removed)
            return Retention.Gone(name, version, removed);
        return await storage.OpenVersionFileAsync(store, row.ContentSha256, file, cancellationToken) is { } content
            ? TypedResults.File(content, "application/vnd.apache.parquet", file)
            : Problems.NotFound($"Version {version} of '{name}' has no file '{file}'. A version may have {string.Join(", ", DatasetFiles.All)}.");
    }

    private static async Task<Results<Accepted<Preparation>, ProblemHttpResult>> PrepareAsync(
        StoreId store, string name, PrepareRequest request, IdempotencyKey key, DatasetsDb database, JobQueue jobs, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await database.Versions.AnyAsync(row => row.Store == store.Value && row.Dataset == name, cancellationToken))
            return Problems.NotFound($"There is no dataset '{name}'. Upload it first: POST /v1/datasets?name={name}.");
        var remapping = request.Mapping is { } mapping ? new Remapping(mapping, request.Files) : null;
        try
        {
            remapping?.Check(await database.Sources.AsNoTracking().Where(row => row.Store == store.Value && row.Dataset == name).ToListAsync(cancellationToken));
        }
        catch (MappingException exception)
        {
            return Problems.Refuse("mapping", exception.Message, "The files cannot be read so");
        }
        var id = key.ToId(store, $"{PrepareJob.Kind}/{name}");
        var preparation = await database.Preparations.FindAsync([id], cancellationToken);
        if (preparation is null)
        {
            preparation = new PreparationRow { Id = id, Store = store.Value, Dataset = name, IncludeEventLog = request.IncludeEventLog, Remapping = remapping, CreatedAt = time.GetUtcNow(), State = RunState.Queued };
            database.Preparations.Add(preparation);
            await database.SaveChangesAsync(cancellationToken);
        }
        await jobs.EnqueueAsync(id, store, PrepareJob.Kind, cancellationToken);
        return TypedResults.Accepted($"/v1/datasets/{name}/preparations/{id}", preparation.ToContract());
    }

    private static async Task<Results<Ok<Preparation>, ProblemHttpResult>> FindPreparationAsync(StoreId store, string name, Guid id, DatasetsDb database, CancellationToken cancellationToken) =>
        await database.Preparations.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value && row.Dataset == name, cancellationToken) is { } row
            ? TypedResults.Ok(row.ToContract())
            : Problems.NotFound($"There is no preparation {id} of '{name}'.");

    private static Task<VersionRow?> RowAsync(DatasetsDb database, StoreId store, string name, int version, CancellationToken cancellationToken) =>
        database.Versions.AsNoTracking().FirstOrDefaultAsync(row => row.Store == store.Value && row.Dataset == name && row.Version == version, cancellationToken);

    private static Dataset ToDataset(IGrouping<string, VersionRow> rows)
    {
        var versions = rows.OrderByDescending(row => row.Version).Select(row => row.ToContract()).ToList();
        return new Dataset(rows.Key, versions[0].Version, versions[^1].CreatedAt, versions);
    }

    private static ProblemHttpResult Refuse(string type, string detail) => Problems.Refuse(type, detail, "The upload cannot be used");

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,62}$")]
    internal static partial Regex DatasetName();

    internal const string NameRule = "Give the dataset a name: ?name=retail. Lower-case letters, digits, '-' and '_', at most 63, beginning with a letter or digit.";
}
