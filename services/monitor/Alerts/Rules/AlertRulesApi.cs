using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Quality;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;
using Npgsql;

namespace ModelOps.Monitor.Alerts.Rules;

/// <summary>A store's own alert rules: YAML in, a history of versions out.</summary>
internal static class AlertRulesApi
{
    private const int MaxBytes = 256 * 1024;
    private const int Listed = 50;

    public static void MapAlertRules(this IEndpointRouteBuilder app)
    {
        var rules = app.MapGroup("/v1/alert-rules").WithTags("Alerts");
        rules.MapGet("", async (StoreId store, MonitorDb database, CancellationToken cancellationToken) =>
            (await RuleBooks.LatestAsync(database, store.Value, cancellationToken))?.ToContract() ?? new AlertRuleSet(0, "", null, null, DateTimeOffset.UnixEpoch)).WithSummary("The store's own rules");
        rules.MapGet("/history", async (StoreId store, MonitorDb database, CancellationToken cancellationToken) =>
            (await database.AlertRuleSets.AsNoTracking().Where(set => set.Store == store.Value).OrderByDescending(set => set.Version).Take(Listed).ToListAsync(cancellationToken)).Select(set => set.ToContract()).ToList())
            .WithSummary("The last 50 versions, the newest first");
        rules.MapPut("", PutAsync).WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithSummary("New rules; the ones before are kept in the history");
        rules.MapPost("/check", (StoreId store, NewAlertRuleSet set, RuleBooks books) => (Results<NoContent, ProblemHttpResult>)(Wrong(store, set, books) is { } wrong ? wrong : TypedResults.NoContent()))
            .Needs(AccessNeed.Look).WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithSummary("Whether rules could be put, without putting them");
    }

    private static async Task<Results<Ok<AlertRuleSet>, ProblemHttpResult>> PutAsync(
        StoreId store, NewAlertRuleSet set, HttpContext context, MonitorDb database, RuleBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Wrong(store, set, books) is { } wrong)
            return wrong;
        var latest = (await RuleBooks.LatestAsync(database, store.Value, cancellationToken))?.Version ?? 0;
        if (set.Version is { } expected && expected != latest)
            return Problems.Conflict("rules-changed", $"Version {expected} is not the latest any more. Read the rules again, and put yours on top of them.");
        var row = new RuleSetRow { Store = store.Value, Version = latest + 1, Yaml = set.Yaml!, By = context.User.Identity?.Name ?? StoreAccess.KeyHolder, Reason = set.Reason, Time = time.GetUtcNow() };
        database.AlertRuleSets.Add(row);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return Problems.Conflict("rules-changed", "Somebody else put rules at the same moment. Read them, and put yours on top of them.");
        }
        return TypedResults.Ok(row.ToContract());
    }

    private static ProblemHttpResult? Wrong(StoreId store, NewAlertRuleSet set, RuleBooks books)
    {
        if (set.Yaml is null)
            return Problems.Refuse("alert-rules", "'yaml' is missing. Send {\"yaml\":\"rules:\\n  - …\",\"reason\":\"…\"}; an empty text leaves the deployment's own rules.");
        if (new[] { set.Yaml, set.Reason }.Any(text => text?.Contains('\0', StringComparison.Ordinal) == true))
            return Problems.Refuse("alert-rules", "'yaml' or 'reason' has the character U+0000, which cannot be kept.");
        try
        {
            AlertBookReader.Load(set.Yaml, store.Value, books.Files);
            return null;
        }
        catch (InvalidDataException exception)
        {
            return Problems.Refuse("alert-rules", exception.Message, "The rules cannot be used");
        }
    }
}
