using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Registry.Deployments;

/// <summary>Aliases: <c>champion</c> is the version that shoppers see. Promotion and rollback are the same call.</summary>
internal static class AliasesApi
{
    public static void MapAliases(this IEndpointRouteBuilder app)
    {
        var model = app.MapGroup("/v1/models/{model}").WithTags("Aliases");
        model.MapPut("/aliases/{alias}", MoveAsync);
        model.MapGet("/alias-history", HistoryAsync);
    }

    private static async Task<Results<Ok<AliasChange>, ProblemHttpResult>> MoveAsync(
        StoreId store, string model, string alias, AliasRequest request, IdempotencyKey key, HttpContext context, RegistryDb database, AliasMoves moves, CancellationToken cancellationToken)
    {
        if (await database.Versions.FindAsync([store.Value, model, request.Version], cancellationToken) is not { } version)
            return Problems.NotFound($"The model '{model}' has no version {request.Version}.");
        if (version.Status != VersionStatus.Ready)
            return Problems.Conflict("version-not-ready", $"Version {request.Version} of '{model}' is not READY. Only a READY version can be deployed.");
        var (change, standsAt) = await moves.MoveAsync(store, model, alias, request, context.User.Identity?.Name ?? StoreAccess.KeyHolder, key.Value, cancellationToken);
        if (change is not null)
            context.Audit(new { version = change.From }, new { version = change.To });
        return change is not null
            ? TypedResults.Ok(change)
            : Problems.Conflict("alias-moved", $"'{alias}' stands at version {standsAt}, not at {request.ExpectedVersion}: somebody moved it meanwhile. Look again and decide anew.");
    }

    private static async Task<Ok<Page<AliasChange>>> HistoryAsync(StoreId store, string model, RegistryDb database, CancellationToken cancellationToken, string? after = null, int limit = Page<AliasChange>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var before = long.TryParse(after, out var cursor) ? cursor : long.MaxValue;
        var rows = await database.AliasChanges.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model && row.Id < before)
            .OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(cancellationToken);
        var page = Page<AliasChangeRow>.Of(rows, limit, row => row.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return TypedResults.Ok(new Page<AliasChange>([.. page.Items.Select(row => row.ToContract())], page.Next));
    }
}
