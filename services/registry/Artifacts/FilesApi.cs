using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Registry.Artifacts;

/// <summary>The files of a version: put while it is pending, got once they are there.</summary>
internal static class FilesApi
{
    public static void MapFiles(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup("/v1/models/{model}/versions/{version:int}/files").WithTags("Files");
        files.MapPut("/{**path}", UploadAsync).NotAudited().WithMetadata(new DisableRequestSizeLimitAttribute());
        files.MapGet("/{**path}", DownloadAsync);
        files.MapGet("", ListAsync);
    }

    private static async Task<Results<Ok<PackageFile>, ProblemHttpResult>> UploadAsync(
        StoreId store, string model, int version, string path, HttpRequest request, RegistryDb database, ArtifactStorage storage, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(store, model, version, path, database, cancellationToken) is { } refusal)
            return refusal;
        var (sha256, bytes) = await storage.PutAsync(store, request.Body, cancellationToken);
        await SaveAsync(store, model, version, path, sha256, bytes, database, cancellationToken);
        return TypedResults.Ok(new PackageFile(path, bytes, sha256));
    }

    /// <summary>Why the version takes no such file, or null.</summary>
    internal static async Task<ProblemHttpResult?> RefusalAsync(StoreId store, string model, int version, string path, RegistryDb database, CancellationToken cancellationToken)
    {
        if (await database.Versions.FindAsync([store.Value, model, version], cancellationToken) is not { } row)
            return Problems.NotFound($"The model '{model}' has no version {version}.");
        if (row.Status != VersionStatus.PendingRegistration)
            return Problems.Conflict("version-immutable", $"Version {version} of '{model}' is {row.Status}: its files do not change any more. Announce a new version.");
        return PackagePath.IsValid(path) ? null : Problems.Refuse("file-path", $"'{path}' is no name for a file of a package.");
    }

    /// <summary>Notes a file that is in blob storage as one of the version.</summary>
    internal static async Task SaveAsync(StoreId store, string model, int version, string path, string sha256, long bytes, RegistryDb database, CancellationToken cancellationToken)
    {
        var file = await database.Files.FindAsync([store.Value, model, version, path], cancellationToken);
        if (file is null)
            database.Files.Add(file = new FileRow { Store = store.Value, Model = model, Version = version, Path = path, Sha256 = sha256, Bytes = bytes });
        (file.Sha256, file.Bytes) = (sha256, bytes);
        await database.SaveChangesAsync(cancellationToken);
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(
        StoreId store, string model, int version, string path, RegistryDb database, ArtifactStorage storage, CancellationToken cancellationToken)
    {
        if (await database.Files.FindAsync([store.Value, model, version, path], cancellationToken) is not { } file)
            return Problems.NotFound($"Version {version} of '{model}' has no file '{path}'.");
        return await storage.OpenAsync(store, file.Sha256, cancellationToken) is { } content
            ? TypedResults.File(content, "application/octet-stream")
            : Problems.NotFound($"The file '{path}' of version {version} of '{model}' is missing from blob storage.");
    }

    private static async Task<Ok<List<PackageFile>>> ListAsync(StoreId store, string model, int version, RegistryDb database, CancellationToken cancellationToken) =>
        TypedResults.Ok(await database.Files.Where(file => file.Store == store.Value && file.Model == model && file.Version == version).OrderBy(file => file.Path)
            .Select(file => new PackageFile(file.Path, file.Bytes, file.Sha256)).ToListAsync(cancellationToken));
}
