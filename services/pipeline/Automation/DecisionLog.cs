using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Runs;

namespace ModelOps.Pipeline.Automation;

/// <summary>The append-only log of what automation decided: what it saw, what it did, what it would have taken to do otherwise.</summary>
internal static class DecisionLog
{
    public static void MapDecisions(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/decisions", ListAsync).WithTags("Automation").WithSummary("What automation decided, and why; newest first");

    /// <summary>Writes a decision, in the transaction that is open. One whose key is there already changes nothing.</summary>
    /// <returns>Whether it was new.</returns>
    public static async Task<bool> AppendAsync(this PipelineDb database, DecisionRow decision, CancellationToken cancellationToken)
    {
        var numbers = JsonSerializer.Serialize(decision.Numbers.Where(number => double.IsFinite(number.Value)).ToDictionary(), JsonSerializerOptions.Web);
        return await database.Database.ExecuteSqlAsync($"""
            INSERT INTO decisions (store, key, at, pipeline, model, dataset, trigger, action, saw, did, otherwise, numbers, run, rollout, by)
            VALUES ({decision.Store}, {decision.Key}, {decision.At}, {decision.Pipeline}, {decision.Model}, {decision.Dataset}, {decision.Trigger}, {decision.Action},
                {decision.Saw}, {decision.Did}, {decision.Otherwise}, {numbers}::jsonb, {decision.Run}, {decision.Rollout}, {decision.By})
            ON CONFLICT (store, key) DO NOTHING
            """, cancellationToken) == 1;
    }

    private static async Task<Ok<Page<Decision>>> ListAsync(
        StoreId store, PipelineDb database, CancellationToken cancellationToken, string? pipeline = null, string? model = null, string? trigger = null, string? action = null,
        string? after = null, int limit = Page<Decision>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var before = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var cursor) ? cursor : long.MaxValue;
        var rows = await database.Decisions.AsNoTracking()
            .Where(row => row.Store == store.Value && row.Id < before && (pipeline == null || row.Pipeline == pipeline) && (model == null || row.Model == model)
                && (trigger == null || row.Trigger == trigger) && (action == null || row.Action == action))
            .OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<Decision>.Of([.. rows.Select(row => row.ToContract())], limit, decision => decision.Id.ToString(CultureInfo.InvariantCulture)));
    }
}
