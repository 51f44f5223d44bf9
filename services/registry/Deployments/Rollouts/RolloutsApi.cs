using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Registry.Deployments.Rollouts;

/// <summary>Brings a version before shoppers step by step, or beside others. Moving the alias itself is the direct way, and ends a rollout.</summary>
internal static class RolloutsApi
{
    private const double LongestBake = 60 * 24 * 30;

    public static void MapRollouts(this IEndpointRouteBuilder app)
    {
        var rollouts = app.MapGroup("/v1/models/{model}/rollouts").WithTags("Rollouts");
        rollouts.MapPost("", StartAsync);
        rollouts.MapGet("", ListAsync);
        rollouts.MapGet("/{id:guid}", FindAsync);
        foreach (var action in new[] { RolloutAction.Advance, RolloutAction.Pause, RolloutAction.Resume, RolloutAction.Promote, RolloutAction.Abort })
        {
            rollouts.MapPost($"/{{id:guid}}/{action.ToString().ToLowerInvariant()}",
                (StoreId store, string model, Guid id, RolloutActionRequest? request, IdempotencyKey key, HttpContext context, RolloutActions actions, CancellationToken cancellationToken) =>
                    ActAsync(store, model, id, action, request ?? new(), key, context, actions, cancellationToken));
        }
    }

    private static async Task<Results<Created<Rollout>, ProblemHttpResult>> StartAsync(
        StoreId store, string model, RolloutRequest request, IdempotencyKey key, HttpContext context, RegistryDb database, RolloutActions actions, CancellationToken cancellationToken)
    {
        if (Wrong(request) is { } wrong)
            return Problems.Refuse("rollout", wrong);
        if (await database.Aliases.FindAsync([store.Value, model, request.Alias], cancellationToken) is not { } champion)
            return Problems.Conflict("no-champion", $"The alias '{request.Alias}' of '{model}' stands nowhere, so there is nothing to compare with. Set it to the first version directly.");
        if (request.Version == champion.Version)
            return Problems.Conflict("same-version", $"Version {request.Version} is what '{request.Alias}' stands for already. To compare a version with itself, start kind ab with two 'arms'.");
        foreach (var arm in RolloutKinds.Of(request.Kind).Arms(request, champion.Version))
        {
            if (await database.Versions.FindAsync([store.Value, model, arm.Version], cancellationToken) is not { } version)
                return Problems.NotFound($"The model '{model}' has no version {arm.Version}.");
            if (version.Status != VersionStatus.Ready)
                return Problems.Conflict("version-not-ready", $"Version {arm.Version} of '{model}' is not READY. Only a READY version can be deployed.");
        }
        var outcome = await actions.StartAsync(store, model, request, champion, context.User.Identity?.Name ?? StoreAccess.KeyHolder, key.Value, cancellationToken);
        return outcome.Rollout is { } rollout
            ? TypedResults.Created($"/v1/models/{model}/rollouts/{rollout.Id}", rollout.ToContract())
            : Refuse(outcome);
    }

    private static string? Wrong(RolloutRequest request)
    {
        if (!Enum.IsDefined(request.Kind))
            return "'kind' is none of shadow, canary and ab.";
        if (request.BakeMinutes is not (>= 0 and <= LongestBake))
            return $"'bakeMinutes' is {request.BakeMinutes}; it goes from 0 to {LongestBake}.";
        if (request.MirrorPercent is not (> 0 and <= 100))
            return $"'mirrorPercent' is {request.MirrorPercent}; it goes from above 0 to 100.";
        foreach (var guard in request.Guards ?? [])
        {
            if (!GuardMetric.All.Contains(guard?.Metric))
                return $"A guard watches '{guard?.Metric}'; known: {string.Join(", ", GuardMetric.All)}.";
            if (guard is { AtLeast: null, AtMost: null, AtLeastTimes: null, AtMostTimes: null })
                return $"The guard on {guard.Metric} has none of atLeast, atMost, atLeastTimes and atMostTimes.";
        }
        return RolloutKinds.Of(request.Kind).Wrong(request);
    }

    private static async Task<Ok<Page<Rollout>>> ListAsync(StoreId store, string model, RegistryDb database, CancellationToken cancellationToken, Guid? after = null, int limit = Page<Rollout>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var rows = await database.Rollouts.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model && (after == null || row.Id.CompareTo(after.Value) < 0))
            .OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<Rollout>.Of([.. rows.Select(row => row.ToContract())], limit, rollout => rollout.Id.ToString()));
    }

    private static async Task<Results<Ok<RolloutHistory>, ProblemHttpResult>> FindAsync(StoreId store, string model, Guid id, RegistryDb database, CancellationToken cancellationToken)
    {
        if (await database.Rollouts.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value && row.Model == model, cancellationToken) is not { } rollout)
            return Problems.NotFound($"The model '{model}' has no rollout {id}.");
        var changes = await database.RolloutChanges.AsNoTracking().Where(row => row.RolloutId == id).OrderByDescending(row => row.Id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new RolloutHistory(rollout.ToContract(), [.. changes.Select(change => change.ToContract())]));
    }

    private static async Task<Results<Ok<Rollout>, ProblemHttpResult>> ActAsync(
        StoreId store, string model, Guid id, RolloutAction action, RolloutActionRequest request, IdempotencyKey key, HttpContext context, RolloutActions actions, CancellationToken cancellationToken)
    {
        var outcome = await actions.ActAsync(store, model, id, action, request, context.User.Identity?.Name ?? StoreAccess.KeyHolder, key.Value, cancellationToken);
        return outcome.Rollout is { } rollout ? TypedResults.Ok(rollout.ToContract()) : Refuse(outcome);
    }

    private static ProblemHttpResult Refuse(RolloutOutcome outcome)
    {
        var (type, detail) = outcome.Refusal!.Value;
        return type == "not-found" ? Problems.NotFound(detail) : Problems.Conflict(type, detail);
    }
}
