using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Runs;

namespace ModelOps.Trainer.Imports;

/// <summary><c>/v1/imports</c>.</summary>
public static class ImportsApi
{
    public static void MapImports(this IEndpointRouteBuilder app)
    {
        var imports = app.MapGroup("/v1/imports").WithTags("Imports");
        imports.MapPost("/", UploadAsync).DisableAntiforgery().WithMetadata(new DisableRequestSizeLimitAttribute()).WithSummary("Take in a network that was trained elsewhere");
        imports.MapGet("/", ListAsync).WithSummary("List imports, newest first");
        imports.MapGet("/{id}", FindAsync).WithSummary("Look at an import");
        imports.MapDelete("/{id}", RemoveAsync).WithSummary("Remove an import");
    }

    private static async Task<Results<Created<ImportedCheckpoint>, Ok<ImportedCheckpoint>, ProblemHttpResult>> UploadAsync(
        StoreId store, HttpRequest request, ImportBlobs blobs, IOptions<TrainerOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Value.WorkFolder, $"import-{Guid.NewGuid():N}")).FullName;
        try
        {
            await ImportUpload.ReceiveAsync(request, folder, cancellationToken);
            var config = ImportedNetwork.Check(folder);
            var id = await IdAsync(folder, cancellationToken);
            if (await blobs.FindAsync(store, id, cancellationToken) is { } there)
                return TypedResults.Ok(there);
            var size = config.Weights().Sum(weight => weight.Shape.Aggregate((product, dimension) => product * dimension));
            var import = new ImportedCheckpoint(id, config.Items, config.Length, size, File.Exists(Path.Combine(folder, ImportFiles.Items)), time.GetUtcNow());
            await blobs.SaveAsync(store, import, folder, cancellationToken);
            return TypedResults.Created($"/v1/imports/{id}", import);
        }
        catch (ImportException exception)
        {
            return Problems.ImportRefused(exception);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Ok<Page<ImportedCheckpoint>>> ListAsync(StoreId store, ImportBlobs blobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<ImportedCheckpoint>(await blobs.ListAsync(store, cancellationToken), null));

    private static async Task<Results<Ok<ImportedCheckpoint>, ProblemHttpResult>> FindAsync(StoreId store, string id, ImportBlobs blobs, CancellationToken cancellationToken) =>
        await blobs.FindAsync(store, id, cancellationToken) is { } import ? TypedResults.Ok(import) : Problems.NoImport(id);

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(StoreId store, string id, ImportBlobs blobs, CancellationToken cancellationToken)
    {
        if (await blobs.FindAsync(store, id, cancellationToken) is null)
            return Problems.NoImport(id);
        await blobs.RemoveAsync(store, id, cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>The same files have the same id, so that uploading them twice makes one import.</summary>
    private static async Task<string> IdAsync(string folder, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            await using var file = File.OpenRead(path);
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
            hash.AppendData(await SHA256.HashDataAsync(file, cancellationToken));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
