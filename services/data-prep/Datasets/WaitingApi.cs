using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.EventLog;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.Datasets;

/// <summary>How much new there is to be learned from: what the event log holds beyond a dataset's latest version.</summary>
internal static class WaitingApi
{
    private const long LookedAtAtMost = 10_000_000;

    public static void MapWaiting(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/datasets/{name}/waiting", FindAsync).WithTags("Datasets").WithSummary("Events that have come since the latest version");

    private static async Task<Results<Ok<WaitingEvents>, ProblemHttpResult>> FindAsync(StoreId store, string name, DatasetsDb database, ShopEvents log, CancellationToken cancellationToken)
    {
        var latest = await database.Versions.AsNoTracking().Where(row => row.Store == store.Value && row.Dataset == name).OrderByDescending(row => row.Version)
            .Select(row => new { row.Version, row.EventCursor }).FirstOrDefaultAsync(cancellationToken);
        return latest is null
            ? Problems.NotFound($"There is no dataset '{name}'.")
            : TypedResults.Ok(new WaitingEvents(latest.Version, await log.CountAsync(store, latest.EventCursor, LookedAtAtMost, cancellationToken)));
    }
}
