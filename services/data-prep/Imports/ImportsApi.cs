using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Parts;
using ModelOps.DataPrep.Sources;
using ModelOps.Jobs;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.DataPrep.Imports;

/// <summary>Imports in the background: finished uploads, blobs of the shop, queries against its database.</summary>
internal static class ImportsApi
{
    public static IServiceCollection AddImports(this IServiceCollection services) => services.AddSingleton<ShopConnections>().AddSingleton<ProgressNotes>().AddJobHandler<ImportJob>(ImportJob.Kind);

    public static void MapImports(this IEndpointRouteBuilder app)
    {
        var imports = app.MapGroup("/v1/datasets/{name}/imports").WithTags("Imports");
        imports.MapPost("", StartAsync).WithSummary("Import sources in the background; the same Idempotency-Key starts one import");
        imports.MapGet("", ListAsync).WithSummary("The newest imports; before is the creation time to go on from");
        imports.MapGet("/{id:guid}", FindAsync);
        app.MapGet("/v1/imports", ListAllAsync).WithTags("Imports").WithSummary("The newest imports of all datasets, with their progress; before is the creation time to go on from");
    }

    private static async Task<Results<Accepted<Import>, ProblemHttpResult>> StartAsync(
        StoreId store, string name, ImportRequest request, IdempotencyKey key, DatasetsDb database, ShopConnections connections, JobQueue jobs, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        if (!DatasetsApi.DatasetName().IsMatch(name))
            return Refuse("dataset-name", DatasetsApi.NameRule);
        try
        {
            Validate(store, request, connections);
        }
        catch (UploadException exception)
        {
            return Refuse("upload", exception.Message);
        }
        catch (MappingException exception)
        {
            return Refuse("mapping", exception.Message);
        }
        var id = key.ToId(store, $"{ImportJob.Kind}/{name}");
        var import = await database.Imports.FindAsync([id], cancellationToken);
        if (import is null)
        {
            import = new ImportRow
            {
                Id = id,
                Store = store.Value,
                Dataset = name,
                Request = request,
                CreatedAt = time.GetUtcNow(),
                StartedBy = context.User.Identity?.Name ?? StoreAccess.KeyHolder,
                State = RunState.Queued,
            };
            database.Imports.Add(import);
            await database.SaveChangesAsync(cancellationToken);
        }
        await jobs.EnqueueAsync(id, store, ImportJob.Kind, cancellationToken);
        return TypedResults.Accepted($"/v1/datasets/{name}/imports/{id}", import.ToContract());
    }

    private static Task<Ok<Page<Import>>> ListAsync(StoreId store, string name, DatasetsDb database, CancellationToken cancellationToken, DateTimeOffset? before = null, int limit = Page<Import>.DefaultLimit) =>
        PageAsync(database, database.Imports.Where(row => row.Store == store.Value && row.Dataset == name), before, limit, cancellationToken);

    private static Task<Ok<Page<Import>>> ListAllAsync(StoreId store, DatasetsDb database, CancellationToken cancellationToken, DateTimeOffset? before = null, int limit = Page<Import>.DefaultLimit) =>
        PageAsync(database, database.Imports.Where(row => row.Store == store.Value), before, limit, cancellationToken);

    private static async Task<Ok<Page<Import>>> PageAsync(DatasetsDb database, IQueryable<ImportRow> imports, DateTimeOffset? before, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Clamp(limit, 1, 500);
        var rows = await imports.AsNoTracking().Where(row => before == null || row.CreatedAt < before)
            .OrderByDescending(row => row.CreatedAt).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<Import>.Of(await WithPartsAsync(database, rows, cancellationToken), limit, import => import.CreatedAt.ToString("O", CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Ok<Import>, ProblemHttpResult>> FindAsync(StoreId store, string name, Guid id, DatasetsDb database, CancellationToken cancellationToken) =>
        await database.Imports.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value && row.Dataset == name, cancellationToken) is { } row
            ? TypedResults.Ok((await WithPartsAsync(database, [row], cancellationToken))[0])
            : Problems.NotFound($"There is no import {id} of '{name}'.");

    private static async Task<List<Import>> WithPartsAsync(DatasetsDb database, IReadOnlyList<ImportRow> rows, CancellationToken cancellationToken)
    {
        var imports = rows.Select(row => row.ToContract()).ToList();
        var parts = await PartsDone.OfAsync(database, [.. imports.Where(import => import.Progress is not null).Select(import => import.Id)], cancellationToken);
        return [.. imports.Select(import => import with { Progress = parts.AddTo(import.Id, import.Progress) })];
    }

    /// <summary>What can be known before anything is fetched.</summary>
    private static void Validate(StoreId store, ImportRequest request, ShopConnections connections)
    {
        if (request.Sources is not { Count: > 0 })
            throw new UploadException("The import has no sources. Send at least one, for example {\"sources\":[{\"kind\":\"events\",\"upload\":\"<id>\"}]}.");
        foreach (var (source, number) in request.Sources.Select((source, number) => (source, number)))
        {
            Upload.KindOf(source?.Kind);
            var connection = source switch
            {
                { Upload: not null, Blobs: null, Postgres: null, Links: null } => null,
                { Upload: null, Blobs: { Connection: not null, Prefix: not null } blobs, Postgres: null, Links: null } => blobs.Connection,
                { Upload: null, Blobs: null, Postgres: { Connection: not null, Query: not null } query, Links: null } => query.Connection,
                { Upload: null, Blobs: null, Postgres: null, Links: not null } => null,
                _ => throw new UploadException($"sources[{number}]: give exactly one of upload (an id), blobs (connection and prefix), postgres (connection and query) and links (of pictures)."),
            };
            var isPictures = Upload.KindOf(source.Kind) == SourceKind.Pictures;
            if (isPictures ? source.Postgres is not null : source.Links is not null)
                throw new UploadException($"sources[{number}]: links are those of pictures, and pictures come as an upload or blobs (zip archives), or by links.");
            if (source.Links is { Most: < 1 })
                throw new UploadException($"sources[{number}]: 'links.most' is {source.Links.Most}; it goes from 1.");
            if (connection is not null)
                connections.Find(store, connection);
        }
        if (request.Mapping is { } mapping)
            MappingFile.Parse(mapping);
    }

    private static ProblemHttpResult Refuse(string type, string detail) => Problems.Refuse(type, detail, "The import cannot be used");
}
