using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Artifacts;
using ModelOps.Registry.Signing;
using ModelOps.Registry.Versions;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Registry.Archives;

/// <summary>Versions as one file each, for a shop whose registry cannot reach another one.</summary>
internal static class ArchivesApi
{
    public static void MapArchives(this IEndpointRouteBuilder app)
    {
        var model = app.MapGroup("/v1/models/{model}").WithTags("Archives");
        model.MapGet("/versions/{version:int}/export", ExportAsync);
        model.MapPost("/import", ImportAsync).WithMetadata(new DisableRequestSizeLimitAttribute());
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        StoreId store, string model, int version, RegistryDb database, ArtifactStorage storage, SigningKeys keys, CancellationToken cancellationToken)
    {
        if (await database.Versions.FindAsync([store.Value, model, version], cancellationToken) is not { } row)
            return Problems.NotFound($"The model '{model}' has no version {version}.");
        if (row is not { Status: VersionStatus.Ready, ManifestSha256: { } sha256, SignatureKeyId: { } keyId })
            return Problems.Conflict("version-not-ready", $"Version {version} of '{model}' is {row.Status}. Only a READY version has files to export.");
        var manifest = await storage.ReadAsync(store, sha256, cancellationToken);
        if (manifest is null)
            return Missing(PackageManifest.FileName, model, version);
        var files = JsonSerializer.Deserialize<PackageManifest>(manifest, JsonSerializerOptions.Web)!.Files;
        foreach (var file in files) // what is missing is said now: once the archive streams, it could only be cut off
        {
            await using var content = await storage.OpenAsync(store, file.Sha256, cancellationToken);
            if (content is null)
                return Missing(file.Path, model, version);
        }
        var archived = new ArchivedVersion(row.ToContract(), row.Origin, (await keys.ListAsync(cancellationToken)).First(key => key.Id == keyId));
        return TypedResults.Stream(body => PackageArchive.WriteAsync(body, archived, manifest, files, OpenAsync, cancellationToken), PackageArchive.ContentType, $"{model}-v{version}.tar");

        async Task<Stream> OpenAsync(PackageFile file) =>
            await storage.OpenAsync(store, file.Sha256, cancellationToken) ?? throw new IOException($"The file '{file.Path}' of version {version} of '{model}' was removed while it was exported.");
    }

    private static ProblemHttpResult Missing(string file, string model, int version) => Problems.NotFound($"The file '{file}' of version {version} of '{model}' is missing from blob storage.");

    private static async Task<Results<Created<ModelVersion>, ProblemHttpResult>> ImportAsync(
        StoreId store, string model, HttpContext context, IdempotencyKey key, VersionImport import, CancellationToken cancellationToken)
    {
        if (!ModelsApi.IsModelName(model))
            return ModelsApi.NoModelName(model);
        var folder = Directory.CreateTempSubdirectory("modelops-import-").FullName;
        try
        {
            var archive = await ArchiveReader.ReadAsync(context.Request.Body, folder, cancellationToken);
            var version = await import.ImportAsync(
                store, model, archive, context.User.Identity?.Name ?? StoreAccess.KeyHolder, key.Value ?? Guid.CreateVersion7().ToString(), cancellationToken);
            return TypedResults.Created($"/v1/models/{model}/versions/{version.Version}", version.ToContract());
        }
        catch (ArchiveException exception)
        {
            return Problems.Refuse("archive", exception.Message, "The archive cannot be imported");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
