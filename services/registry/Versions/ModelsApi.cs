using System.Globalization;
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
        models.MapGet("/{model}/versions", ListVersionsAsync);
        models.MapPost("/{model}/versions", AnnounceAsync);
        models.MapGet("/{model}/versions/{version:int}", FindVersionAsync);
        models.MapPost("/{model}/versions/{version:int}/complete", CompleteAsync);
    }

    /// <param name="tag">Only models with these tags: <c>name</c> or <c>name:value</c>.</param>
    private static async Task<Ok<Page<RegisteredModel>>> ListAsync(
        StoreId store, string[]? tag, RegistryDb database, CancellationToken cancellationToken, string? after = null, int limit = Page<RegisteredModel>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var all = TagFilter.Of(tag) is { } filter
            ? filter.Models(database).Where(row => row.Store == store.Value).Select(row => row.Model)
            : database.Versions.Where(row => row.Store == store.Value).Select(row => row.Model).Distinct();
        var names = await all.Where(name => after == null || string.Compare(name, after) > 0).OrderBy(name => name).Take(limit + 1).ToListAsync(cancellationToken);
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

    /// <summary>A model's versions, newest first.</summary>
    /// <param name="tag">Only versions with these tags: <c>name</c> or <c>name:value</c>.</param>
    private static async Task<Ok<Page<ModelVersion>>> ListVersionsAsync(
        StoreId store, string model, string[]? tag, RegistryDb database, CancellationToken cancellationToken, string? after = null, int limit = Page<ModelVersion>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var before = int.TryParse(after, CultureInfo.InvariantCulture, out var cursor) ? cursor : int.MaxValue;
        var rows = await (TagFilter.Of(tag)?.Versions(database) ?? database.Versions).AsNoTracking().Where(row => row.Store == store.Value && row.Model == model && row.Version < before)
            .OrderByDescending(row => row.Version).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<ModelVersion>.Of([.. rows.Select(row => row.ToContract())], limit, version => version.Version.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Created<ModelVersion>, ProblemHttpResult>> AnnounceAsync(
        StoreId store, string model, NewModelVersion version, IdempotencyKey key, VersionRegistration registration, CancellationToken cancellationToken)
    {
        if (!IsModelName(model))
            return NoModelName(model);
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
        var described = await database.Models.AsNoTracking().FirstOrDefaultAsync(row => row.Store == store.Value && row.Model == model, cancellationToken);
        return new RegisteredModel(model, [.. versions.Select(row => row.ToContract())], aliases, described?.Description ?? "", described?.Tags ?? []);
    }

    internal static bool IsModelName(string model) => ModelName().IsMatch(model);

    internal static ProblemHttpResult NoModelName(string model) =>
        Problems.Refuse("model-name", $"'{model}' is no model name: lower-case letters, digits, '-' and '_', at most 63, beginning with a letter or digit.");

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,62}$")]
    private static partial Regex ModelName();
}
