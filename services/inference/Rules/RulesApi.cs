using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Rules;
using ModelOps.EventLog;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Rules;

/// <summary>A store's merchandising rules: YAML in, a history of versions out. They count on every replica within a second.</summary>
internal static class RulesApi
{
    private const int MaxBytes = 256 * 1024;
    private const int Listed = 50;

    public static IServiceCollection AddRules(this IServiceCollection services) => services
        .AddSingleton<LiveRules>()
        .AddHostedService(provider => provider.GetRequiredService<LiveRules>());

    public static void MapRules(this IEndpointRouteBuilder app)
    {
        var rules = app.MapGroup("/v1/rules").WithTags("Rules");
        rules.MapGet("", async (StoreId store, RuleLog log, CancellationToken cancellationToken) =>
            await log.ListAsync(store, 1, cancellationToken) is [var latest, ..] ? latest : new RuleSet(0, "", null, null, DateTimeOffset.UnixEpoch)).WithSummary("The rules that count");
        rules.MapGet("/history", (StoreId store, RuleLog log, CancellationToken cancellationToken) => log.ListAsync(store, Listed, cancellationToken)).WithSummary("The last 50 versions, the newest first");
        rules.MapPut("", PutAsync).WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithSummary("New rules; the ones before are kept in the history");
        rules.MapPost("/check", Check).Needs(AccessNeed.Look).WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithSummary("Whether rules could be put, without putting them");
    }

    private static async Task<Results<Ok<RuleSet>, ProblemHttpResult>> PutAsync(StoreId store, NewRuleSet rules, HttpContext context, RuleLog log, LiveRules live, CancellationToken cancellationToken)
    {
        if (Wrong(rules) is { } wrong)
            return wrong;
        if (await log.PutAsync(store, rules.Yaml!, rules.By, rules.Reason, rules.Version, cancellationToken) is not { } put)
        {
            return Problems.Conflict("rules-changed", rules.Version is { } version
                ? $"Version {version} is not the latest any more. Read the rules again, and put yours on top of them."
                : "Somebody else put rules at the same moment. Read them, and put yours on top of them.");
        }
        context.Audit(new { version = put.Version - 1 }, new { version = put.Version }); // the history has their texts
        await live.HurryAsync();
        return TypedResults.Ok(put);
    }

    private static Results<NoContent, ProblemHttpResult> Check(StoreId store, NewRuleSet rules) => Wrong(rules) is { } wrong ? wrong : TypedResults.NoContent();

    private static ProblemHttpResult? Wrong(NewRuleSet rules)
    {
        if (rules.Yaml is null)
            return Problems.Refuse("rules", "'yaml' is missing. Send {\"yaml\":\"rules:\\n  - …\",\"by\":\"…\",\"reason\":\"…\"}; an empty text takes all rules away.");
        if (new[] { rules.Yaml, rules.By, rules.Reason }.Any(text => text?.Contains('\0', StringComparison.Ordinal) == true))
            return Problems.Refuse("rules", "'yaml', 'by' or 'reason' has the character U+0000, which cannot be kept.");
        try
        {
            RuleBook.Parse(rules.Yaml, 0);
            return null;
        }
        catch (InvalidDataException exception)
        {
            return Problems.Refuse("rules", exception.Message, "The rules cannot be used");
        }
    }
}
