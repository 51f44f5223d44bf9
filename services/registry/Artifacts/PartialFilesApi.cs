using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Registry.Artifacts;

/// <summary>
/// A file of a pending version in parts, in the words of the IETF's "Resumable Uploads for HTTP": PATCH appends at <c>Upload-Offset</c>,
/// HEAD tells the offset, DELETE gives up what has arrived. A PUT takes a file as a whole.
/// </summary>
internal static class PartialFilesApi
{
    private const string Offset = UploadHeaders.Offset;
    private const string Complete = UploadHeaders.Complete;

    public static void MapPartialFiles(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup("/v1/models/{model}/versions/{version:int}/files").WithTags("Files").WithMetadata(new DisableRequestSizeLimitAttribute());
        files.MapPatch("/{**path}", AppendAsync).NotAudited().WithSummary("Append at Upload-Offset; Upload-Complete: ?0 says that more is to come");
        files.MapMethods("/{**path}", [HttpMethods.Head], AskAsync);
        files.MapDelete("/{**path}", RemoveAsync);
    }

    private static async Task<Results<Ok<PackageFile>, NoContent, ProblemHttpResult>> AppendAsync(
        StoreId store, string model, int version, string path, HttpContext context, RegistryDb database, PartialFiles parts, CancellationToken cancellationToken)
    {
        if (await FilesApi.RefusalAsync(store, model, version, path, database, cancellationToken) is { } refusal)
            return refusal;
        if (!long.TryParse(context.Request.Headers[Offset], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            return Problems.Refuse("upload", $"{Offset} is missing: it says at which byte this part begins.");
        var file = await parts.FindAsync(store, model, version, path, cancellationToken) ?? await parts.BeginAsync(store, model, version, path, cancellationToken);
        if (offset != file.Bytes)
            return Mismatch(file.Bytes, offset);
        if (!await parts.AppendAsync(file, context.Request.Body, cancellationToken))
            return Problems.Conflict("upload", "Another request appends to the same file. Ask for the offset (HEAD) and go on from there.");
        Tell(context.Response, file.Bytes, isComplete: false);
        if (context.Request.Headers[Complete] == "?0")
            return TypedResults.NoContent();
        if (await parts.CompleteAsync(store, file, cancellationToken) is not (var sha256, var bytes))
            return Problems.Conflict("upload-lost", "The blob storage has lost parts of the file. Send it again from byte 0.");
        await FilesApi.SaveAsync(store, model, version, path, sha256, bytes, database, cancellationToken);
        await parts.RemoveAsync(file, cancellationToken);
        Tell(context.Response, bytes, isComplete: true);
        return TypedResults.Ok(new PackageFile(path, bytes, sha256));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> AskAsync(
        StoreId store, string model, int version, string path, HttpContext context, RegistryDb database, PartialFiles parts, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (await parts.FindAsync(store, model, version, path, cancellationToken) is { } part)
            Tell(context.Response, part.Bytes, isComplete: false);
        else if (await database.Files.FindAsync([store.Value, model, version, path], cancellationToken) is { } whole)
            Tell(context.Response, whole.Bytes, isComplete: true);
        else
            return Problems.NotFound($"Nothing of the file '{path}' of version {version} of '{model}' has arrived. Begin at byte 0.");
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(StoreId store, string model, int version, string path, PartialFiles parts, CancellationToken cancellationToken)
    {
        if (await parts.FindAsync(store, model, version, path, cancellationToken) is not { } part)
            return Problems.NotFound($"No part of the file '{path}' of version {version} of '{model}' waits for the rest.");
        await parts.RemoveAsync(part, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult Mismatch(long expected, long provided) => TypedResults.Problem(
        $"The file stands at byte {expected}, the part begins at byte {provided}. Go on from {expected}.", statusCode: StatusCodes.Status409Conflict,
        type: "https://iana.org/assignments/http-problem-types#mismatching-upload-offset", title: "The part does not begin where the file ends",
        extensions: new Dictionary<string, object?> { ["expected-offset"] = expected, ["provided-offset"] = provided });

    private static void Tell(HttpResponse response, long offset, bool isComplete)
    {
        response.Headers[Offset] = offset.ToString(CultureInfo.InvariantCulture);
        response.Headers[Complete] = isComplete ? "?1" : "?0";
    }
}
