using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.Uploads;

/// <summary>
/// Resumable uploads as the IETF's "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload) has them: POST begins one,
/// PATCH appends at an offset, HEAD tells the offset, DELETE gives it up. A finished one is a source of an import.
/// </summary>
internal static class UploadsApi
{
    private const string Title = "The upload cannot go on";
    private const string Offset = UploadHeaders.Offset;
    private const string Complete = UploadHeaders.Complete;
    private const string Length = "Upload-Length";
    private const string PartialUpload = "application/partial-upload";

    public static IServiceCollection AddUploads(this IServiceCollection services) => services.AddScoped<UploadBlocks>()
        .AddHourly("The retention of uploads", (provider, cancellationToken) => provider.GetRequiredService<UploadBlocks>().RemoveOldAsync(cancellationToken));

    public static void MapUploads(this IEndpointRouteBuilder app)
    {
        var uploads = app.MapGroup("/v1/uploads").WithTags("Uploads").WithMetadata(new DisableRequestSizeLimitAttribute());
        uploads.MapPost("", BeginAsync).DisableAntiforgery().WithSummary("Begin a resumable upload, with or without the first bytes");
        uploads.MapPatch("/{id:guid}", AppendAsync).NotAudited().DisableAntiforgery().WithSummary("Append at Upload-Offset; Upload-Complete: ?1 ends it");
        uploads.MapMethods("/{id:guid}", [HttpMethods.Head], AskAsync);
        uploads.MapGet("/{id:guid}", FindAsync);
        uploads.MapDelete("/{id:guid}", RemoveAsync);
    }

    private static async Task<Results<Created<UploadStatus>, ProblemHttpResult>> BeginAsync(
        StoreId store, string? file, HttpContext context, DatasetsDb database, UploadBlocks blocks, TimeProvider time, CancellationToken cancellationToken)
    {
        if (LengthOf(context.Request) is { IsReadable: false })
            return Refuse($"{Length} is no number of bytes.");
        var upload = new UploadRow { Id = Guid.CreateVersion7(), Store = store.Value, FileName = Path.GetFileName(file ?? "file"), Length = LengthOf(context.Request).Bytes, CreatedAt = time.GetUtcNow() };
        database.Uploads.Add(upload);
        await database.SaveChangesAsync(cancellationToken);
        if (await TakeAsync(upload, context, blocks, cancellationToken) is { } refusal)
            return refusal;
        return TypedResults.Created($"/v1/uploads/{upload.Id}", upload.ToContract());
    }

    private static async Task<Results<Ok<UploadStatus>, NoContent, ProblemHttpResult>> AppendAsync(
        StoreId store, Guid id, HttpContext context, DatasetsDb database, UploadBlocks blocks, CancellationToken cancellationToken)
    {
        if (await RowAsync(database, store, id, cancellationToken) is not { } upload)
            return Missing(id);
        if (context.Request.ContentType is { } type && !type.StartsWith(PartialUpload, StringComparison.OrdinalIgnoreCase))
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "upload", Title, $"A part of an upload is sent as Content-Type: {PartialUpload}.");
        if (!long.TryParse(context.Request.Headers[Offset], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            return Refuse($"{Offset} is missing: it says at which byte this part begins.");
        if (upload.IsComplete)
            return TypedResults.Problem("The upload is complete; nothing can be appended.", statusCode: StatusCodes.Status400BadRequest, type: "https://iana.org/assignments/http-problem-types#completed-upload", title: "The upload is complete");
        if (offset != upload.Offset)
        {
            return TypedResults.Problem($"The upload stands at byte {upload.Offset}, the part begins at byte {offset}. Go on from {upload.Offset}.", statusCode: StatusCodes.Status409Conflict,
                type: "https://iana.org/assignments/http-problem-types#mismatching-upload-offset", title: "The part does not begin where the upload ends",
                extensions: new Dictionary<string, object?> { ["expected-offset"] = upload.Offset, ["provided-offset"] = offset });
        }
        if (await TakeAsync(upload, context, blocks, cancellationToken) is { } refusal)
            return refusal;
        return upload.IsComplete ? TypedResults.Ok(upload.ToContract()) : TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> AskAsync(StoreId store, Guid id, HttpContext context, DatasetsDb database, CancellationToken cancellationToken)
    {
        if (await RowAsync(database, store, id, cancellationToken) is not { } upload)
            return Missing(id);
        context.Response.Headers.CacheControl = "no-store";
        Tell(context.Response, upload);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<UploadStatus>, ProblemHttpResult>> FindAsync(StoreId store, Guid id, DatasetsDb database, CancellationToken cancellationToken) =>
        await RowAsync(database, store, id, cancellationToken) is { } upload ? TypedResults.Ok(upload.ToContract()) : Missing(id);

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(StoreId store, Guid id, DatasetsDb database, UploadBlocks blocks, CancellationToken cancellationToken)
    {
        if (await RowAsync(database, store, id, cancellationToken) is not { } upload)
            return Missing(id);
        await blocks.RemoveAsync(upload, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<ProblemHttpResult?> TakeAsync(UploadRow upload, HttpContext context, UploadBlocks blocks, CancellationToken cancellationToken)
    {
        try
        {
            await blocks.AppendAsync(upload, context.Request.Body, cancellationToken);
            if (upload.Length is { } length && upload.Offset > length)
                return Refuse($"{upload.Offset} bytes have arrived, but {Length} says {length}. Begin a new upload.");
            // ?1 or no header: the body was all there is (or, for a first request, the only part).
            if (context.Request.Headers[Complete] != "?0")
            {
                if (upload.Length is { } announced && upload.Offset != announced)
                    return Refuse($"The upload ends at byte {upload.Offset}, but {Length} says {announced}. Append the rest.");
                if (!await blocks.CompleteAsync(upload, cancellationToken))
                    return Problems.Conflict("upload-lost", "The blob storage has lost parts of the upload. Send it again from byte 0.");
            }
            Tell(context.Response, upload);
            return null;
        }
        catch (UploadException exception)
        {
            return Refuse(exception.Message);
        }
    }

    private static void Tell(HttpResponse response, UploadRow upload)
    {
        response.Headers[Offset] = upload.Offset.ToString(CultureInfo.InvariantCulture);
        response.Headers[Complete] = upload.IsComplete ? "?1" : "?0";
        if (upload.Length is { } length)
            response.Headers[Length] = length.ToString(CultureInfo.InvariantCulture);
    }

    private static (long? Bytes, bool IsReadable) LengthOf(HttpRequest request) => request.Headers[Length].ToString() switch
    {
        "" => (null, true),
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) => (bytes, true),
        _ => (null, false),
    };

    private static Task<UploadRow?> RowAsync(DatasetsDb database, StoreId store, Guid id, CancellationToken cancellationToken) =>
        database.Uploads.FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value, cancellationToken);

    private static ProblemHttpResult Refuse(string detail) => Problems.Refuse("upload", detail, Title);

    private static ProblemHttpResult Missing(Guid id) =>
        Problems.NotFound($"There is no upload {id}. Uploads that nobody imports are kept for {UploadBlocks.Keep.Days} days.");
}
