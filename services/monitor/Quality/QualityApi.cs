using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Quality;

namespace ModelOps.Monitor.Quality;

/// <summary>What shoppers did with the answers, by minute.</summary>
internal static class QualityApi
{
    private const int MaxWindows = 10_000;

    public static void MapQuality(this IEndpointRouteBuilder app) => app.MapGet("/v1/quality", ListAsync).WithTags("Quality");

    private static async Task<Ok<Page<QualityWindow>>> ListAsync(
        StoreId store, MonitorDb database, TimeProvider time, CancellationToken cancellationToken, string? model = null, DateTimeOffset? from = null, string? after = null, int limit = 1000)
    {
        limit = Math.Clamp(limit, 1, MaxWindows);
        var start = DateTimeOffset.TryParse(after, System.Globalization.CultureInfo.InvariantCulture, out var cursor) ? cursor : from ?? time.GetUtcNow().AddDays(-1);
        var isContinued = after is not null;
        start = start.ToUniversalTime();
        var rows = await database.Windows.AsNoTracking()
            .Where(row => row.Store == store.Value && (model == null || row.Model == model) && (isContinued ? row.Start > start : row.Start >= start))
            .OrderBy(row => row.Start).ThenBy(row => row.Version).ThenBy(row => row.Arm).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<QualityWindow>.Of([.. rows.Select(row => row.ToContract())], limit, window => window.Start.ToString("O")));
    }
}
