using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Registry.Versions;

/// <summary>Registered models and their versions, in MLflow's words.</summary>
internal static partial class ModelsApi
{
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var models = app.MapGroup("/v1/models").WithTags("Models");
        models.MapGet("", ListAsync);
        models.MapGet("/{model}", FindAsync);
        models.MapPost("/{model}/versions", AnnounceAsync);
        models.MapGet("/{model}/versions/{version:int}", FindVersionAsync);
        models.MapPost("/{model}/versions/{version:int}/complete", CompleteAsync);
    }

    private static async Task<Ok<Page<RegisteredModel>>> ListAsync(StoreId store, RegistryDb database, CancellationToken cancellationToken, string? after = null, int limit = Page<RegisteredModel>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var names = await database.Versions.Where(row => row.Store == store.Value && (after == null || string.Compare(row.Model, after) > 0))
            .Select(row => row.Model).Distinct().OrderBy(name => name).Take(limit + 1).ToListAsync(cancellationToken);
        var models = new List<RegisteredModel>();
        foreach (var name in names)
            models.Add(await LoadAsync(store, name, database, cancellationToken));
        return TypedResults.Ok(Page<RegisteredModel>.Of(models, limit, model => model.Name));
    }

    private static async Task<Results<Ok<RegisteredModel>, ProblemHttpResult>> FindAsync(StoreId store, string model, RegistryDb database, CancellationToken cancellationToken)
    {
        var found = await LoadAsync(store, model, database, cancellationToken);
        return found.Versions.Count > 0 ? TypedResults.Ok(found) : Problems.NotFound($"There is no registered model '{model}'.");
    }

    private static async Task<Results<Created<ModelVersion>, ProblemHttpResult>> AnnounceAsync(
        StoreId store, string model, NewModelVersion version, IdempotencyKey key, VersionRegistration registration, CancellationToken cancellationToken)
    {
        if (!ModelName().IsMatch(model))
            return Problems.Refuse("model-name", $"'{model}' is no model name: lower-case letters, digits, '-' and '_', at most 63, beginning with a letter or digit.");
        var row = await registration.AnnounceAsync(store, model, version, key.Value ?? Guid.CreateVersion7().ToString(), cancellationToken);
        return TypedResults.Created($"/v1/models/{model}/versions/{row.Version}", row.ToContract());
    }

    private static async Task<Results<Ok<ModelVersion>, ProblemHttpResult>> FindVersionAsync(StoreId store, string model, int version, RegistryDb database, CancellationToken cancellationToken) =>
        await database.Versions.FindAsync([store.Value, model, version], cancellationToken) is { } row
            ? TypedResults.Ok(row.ToContract())
            : Problems.NotFound($"The model '{model}' has no version {version}.");

    private static async Task<Results<Ok<ModelVersion>, ProblemHttpResult>> CompleteAsync(
        StoreId store, string model, int version, PackageManifest manifest, RegistryDb database, VersionRegistration registration, CancellationToken cancellationToken)
    {
        if (await database.Versions.FindAsync([store.Value, model, version], cancellationToken) is not { } row)
            return Problems.NotFound($"The model '{model}' has no version {version}.");
        if (row.Status == VersionStatus.Ready)
            return TypedResults.Ok(row.ToContract());
        if (row.Status == VersionStatus.Archived)
            return Problems.Conflict("version-immutable", $"Version {version} of '{model}' is archived: newer ones took its place. Announce a new version.");
        if (manifest.Files is not { Count: > 0 })
            return Problems.Refuse("manifest", "The manifest lists no files.");
        return await registration.CompleteAsync(row, manifest, cancellationToken) is { } wrong
            ? Problems.Conflict("file-missing", wrong)
            : TypedResults.Ok(row.ToContract());
    }

    private static async Task<RegisteredModel> LoadAsync(StoreId store, string model, RegistryDb database, CancellationToken cancellationToken)
    {
        var versions = await database.Versions.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model).OrderByDescending(row => row.Version).ToListAsync(cancellationToken);
        var aliases = await database.Aliases.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model).ToDictionaryAsync(row => row.Alias, row => row.Version, cancellationToken);
        return new RegisteredModel(model, [.. versions.Select(row => row.ToContract())], aliases);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,62}$")]
    private static partial Regex ModelName();
}
