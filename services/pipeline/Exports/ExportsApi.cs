using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Exports;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Pipeline.Runs;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Pipeline.Exports;

/// <summary>Recommendations for many users as a file, made in the background.</summary>
internal static class ExportsApi
{
    private const string DefaultModel = "recommend";

    public static IServiceCollection AddExports(this IServiceCollection services)
    {
        services.AddOptions<ExportOptions>().BindConfiguration("Exports").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<ExportAudience>().AddScoped<ExportFiles>();
        services.AddJobHandler<ExportJob>(ExportJob.Kind, isApart: true); // an hour's export keeps no run waiting, and two do not ask inference at once
        return services.AddHourly("The retention of exports", (provider, cancellationToken) => provider.GetRequiredService<ExportFiles>().RemoveOldAsync(cancellationToken));
    }

    public static void MapExports(this IEndpointRouteBuilder app)
    {
        var exports = app.MapGroup("/v1/exports").WithTags("Exports");
        exports.MapPost("", StartAsync).PersonalInAudit().WithSummary("Recommendations for many users as CSV or JSON Lines; the same Idempotency-Key starts one export");
        exports.MapGet("", ListAsync).WithSummary("The newest exports; before is the creation time to go on from");
        exports.MapGet("/{id:guid}", FindAsync).WithSummary("How far an export is");
        exports.MapGet("/{id:guid}/file", DownloadAsync);
        exports.MapDelete("/{id:guid}", RemoveAsync).WithSummary("End an export that runs, and remove its file");
    }

    private static async Task<Results<Accepted<RecommendationExport>, ProblemHttpResult>> StartAsync(
        StoreId store, ExportRequest request, IdempotencyKey key, HttpContext context, InferenceClient inference, PipelineDb database, JobQueue jobs, TimeProvider time, CancellationToken cancellationToken)
    {
        if (ExportAudience.Wrong(request.Users) is { } wrong)
            return Problems.Refuse("export", wrong);
        if (!ExportFormat.All.Contains(request.Format))
            return Problems.Refuse("export", $"'format' is '{request.Format}'; known: {string.Join(", ", ExportFormat.All)}.");
        try
        {
            await inference.RecommendInBulkAsync(store, new RecommendationBatch([request.For("")]), cancellationToken); // whatever is wrong with the question is told now
        }
        catch (ServiceException exception) when (!exception.IsTransient)
        {
            return TypedResults.Problem(exception.Message, statusCode: (int)exception.Status, type: exception.Type, title: "The export cannot be started");
        }

        var id = key.ToId(store, ExportJob.Kind);
        if (!await database.Exports.AnyAsync(row => row.Id == id, cancellationToken))
        {
            database.Exports.Add(new ExportRow
            {
                Id = id,
                Store = store.Value,
                Model = request.Model ?? DefaultModel,
                Request = request,
                Format = request.Format,
                Count = request.Count,
                CreatedAt = time.GetUtcNow(),
                By = context.User.Identity?.Name ?? StoreAccess.KeyHolder,
                State = RunState.Queued,
            });
            await database.SaveChangesAsync(cancellationToken);
        }
        await jobs.EnqueueAsync(id, store, ExportJob.Kind, cancellationToken);
        return TypedResults.Accepted($"/v1/exports/{id}", await ToContracts(database.Exports.Where(row => row.Id == id)).SingleAsync(cancellationToken));
    }

    private static async Task<Ok<Page<RecommendationExport>>> ListAsync(StoreId store, PipelineDb database, CancellationToken cancellationToken, DateTimeOffset? before = null, int limit = Page<RecommendationExport>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var exports = await ToContracts(database.Exports.Where(row => row.Store == store.Value && (before == null || row.CreatedAt < before)).OrderByDescending(row => row.CreatedAt).Take(limit + 1)).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<RecommendationExport>.Of(exports, limit, export => export.CreatedAt.ToString("O", CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Ok<RecommendationExport>, ProblemHttpResult>> FindAsync(StoreId store, Guid id, PipelineDb database, CancellationToken cancellationToken) =>
        await ToContracts(database.Exports.Where(row => row.Id == id && row.Store == store.Value)).FirstOrDefaultAsync(cancellationToken) is { } export ? TypedResults.Ok(export) : NotFound(id);

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> DownloadAsync(StoreId store, Guid id, HttpResponse response, PipelineDb database, ExportFiles files, CancellationToken cancellationToken)
    {
        if (await RowAsync(store, id, database, cancellationToken) is not { } export)
            return NotFound(id);
        if (export.State != RunState.Succeeded)
            return Problems.Conflict("export-not-ready", $"The export is {export.State}: {export.Done} of {export.Users?.ToString(CultureInfo.InvariantCulture) ?? "some"} users are done. Its file is there when it has succeeded.");
        response.ContentLength = ExportLines.Header(export.Format, export.Count).Length + export.Bytes;
        return TypedResults.Stream(target => files.WriteAsync(export, target, cancellationToken), ExportLines.ContentType(export.Format), $"{export.Model}-{export.CreatedAt:yyyyMMdd-HHmm}.{export.Format}");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(StoreId store, Guid id, PipelineDb database, JobQueue jobs, ExportFiles files, CancellationToken cancellationToken)
    {
        if (await RowAsync(store, id, database, cancellationToken) is not { } export)
            return NotFound(id);
        await jobs.CancelAsync(id, cancellationToken);
        await files.RemoveAsync(export, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<ExportRow?> RowAsync(StoreId store, Guid id, PipelineDb database, CancellationToken cancellationToken) =>
        database.Exports.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value, cancellationToken);

    /// <summary>Without the request, which may list a hundred thousand users.</summary>
    private static IQueryable<RecommendationExport> ToContracts(IQueryable<ExportRow> exports) => exports.Select(row => new RecommendationExport(
        row.Id, row.Model, row.Format, row.Count, row.State, row.Users, row.Done, row.Bytes, row.CreatedAt, row.EndedAt, row.By, row.Error));

    private static ProblemHttpResult NotFound(Guid id) => Problems.NotFound($"There is no export {id}.");
}
