using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Runs;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Pipeline.Automation;

/// <summary>The switch that pauses all that acts by itself in a store. Its moves stand among the decisions.</summary>
internal static class AutomationSwitch
{
    public static void MapAutomation(this IEndpointRouteBuilder app)
    {
        var automation = app.MapGroup("/v1/automation").WithTags("Automation");
        automation.MapGet("", async (StoreId store, PipelineDb database, CancellationToken cancellationToken) =>
            TypedResults.Ok(await database.AutomationOfAsync(store, cancellationToken))).WithSummary("Whether automation acts, and who moved the switch last");
        automation.MapPut("", PutAsync).WithSummary("Pause all that acts by itself, or let it act again");
    }

    public static async Task<AutomationState> AutomationOfAsync(this PipelineDb database, StoreId store, CancellationToken cancellationToken) =>
        await database.Switches.AsNoTracking().FirstOrDefaultAsync(row => row.Store == store.Value, cancellationToken) is { } row
            ? new AutomationState(row.Paused, row.Reason, row.By, row.At)
            : new AutomationState(false, null, null, null);

    private static async Task<Results<Ok<AutomationState>, ProblemHttpResult>> PutAsync(
        StoreId store, AutomationRequest request, HttpContext context, PipelineDb database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (request.Paused && string.IsNullOrWhiteSpace(request.Reason))
            return Problems.Refuse("reason", "'reason' is missing: say why automation pauses, for whoever finds it paused.");
        var by = request.By ?? context.User.Identity?.Name ?? StoreAccess.KeyHolder;
        var before = await database.AutomationOfAsync(store, cancellationToken);
        var after = await database.InTransactionAsync(token => MoveAsync(database, store, request with { By = by }, time.GetUtcNow(), token), cancellationToken);
        context.Audit(before, after);
        return TypedResults.Ok(after);
    }

    private static async Task<AutomationState> MoveAsync(PipelineDb database, StoreId store, AutomationRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await database.TakeTurnAsync($"switch/{store.Value}", cancellationToken);
        var row = await database.Switches.FirstOrDefaultAsync(found => found.Store == store.Value, cancellationToken);
        if ((row?.Paused ?? false) == request.Paused)
            return await database.AutomationOfAsync(store, cancellationToken); // whoever moved it keeps it
        if (row is null)
            database.Switches.Add(row = new SwitchRow { Store = store.Value });
        (row.Paused, row.Reason, row.By, row.At) = (request.Paused, request.Reason, request.By!, now);
        await database.SaveChangesAsync(cancellationToken);
        await database.AppendAsync(MoveOf(row), cancellationToken);
        return new AutomationState(row.Paused, row.Reason, row.By, row.At);
    }

    private static DecisionRow MoveOf(SwitchRow row) => new()
    {
        Store = row.Store,
        Key = string.Create(CultureInfo.InvariantCulture, $"switch/{row.At:O}"),
        At = row.At,
        Trigger = "switch",
        Action = row.Paused ? DecisionAction.Paused : DecisionAction.Resumed,
        Saw = row.Reason ?? "",
        Did = row.Paused ? "Nothing starts by itself, and no rollout takes a step forward." : "Schedules, triggers and rollouts act again.",
        Otherwise = row.Paused ? "PUT /v1/automation {\"paused\":false} lets them act again." : "PUT /v1/automation {\"paused\":true,\"reason\":\"…\"} pauses them.",
        By = row.By,
    };
}

internal sealed class SwitchRow
{
    public required string Store { get; init; }
    public bool Paused { get; set; }
    public string? Reason { get; set; }
    public string By { get; set; } = "";
    public DateTimeOffset At { get; set; }
}
