using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using Npgsql;

namespace ModelOps.Registry.Deployments.Rollouts;

/// <summary>What was done, or why it was not: <paramref name="Refusal"/> is a problem's type and its words.</summary>
internal readonly record struct RolloutOutcome(RolloutRow? Rollout, (string Type, string Detail)? Refusal = null);

/// <summary>Starts, steps and ends rollouts. Each action is a compare-and-swap, recorded in the same transaction as what it changes.</summary>
internal sealed class RolloutActions(RegistryDb database, AliasMoves aliases, TimeProvider time)
{
    private const int Attempts = 5;

    public async Task<RolloutOutcome> StartAsync(StoreId store, string model, RolloutRequest request, AliasRow alias, string by, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (await DoneAsync(store, idempotencyKey, cancellationToken) is { } done)
            return new(done);
        var kind = RolloutKinds.Of(request.Kind);
        var now = time.GetUtcNow();
        var arms = kind.Arms(request, alias.Version);
        var rollout = new RolloutRow
        {
            Id = Guid.CreateVersion7(),
            Store = store.Value,
            Model = model,
            Alias = request.Alias,
            Kind = request.Kind,
            Champion = alias.Version,
            Arms = [.. arms],
            Versions = [.. arms.Select(arm => arm.Version).Distinct()],
            Steps = [.. kind.Steps(request)],
            BakeMinutes = request.BakeMinutes,
            MirrorPercent = request.MirrorPercent,
            Guards = [.. request.Guards ?? DefaultGuards.All],
            StartedAt = now,
            StepAt = now,
            By = by,
            Reason = request.Reason ?? "",
        };
        database.Rollouts.Add(rollout);
        database.Entry(alias).Property(row => row.Version).IsModified = true; // a move at the same moment sees the rollout, or is seen
        Record(rollout, "start", by, rollout.Reason, [], idempotencyKey);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return new(rollout);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new(null, ("alias-moved", $"The alias '{request.Alias}' was moved meanwhile. Look again and decide anew."));
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            database.ChangeTracker.Clear();
            if (await DoneAsync(store, idempotencyKey, cancellationToken) is { } same)
                return new(same);
            return new(null, ("rollout-running", $"A rollout of '{model}' is under way for the alias '{request.Alias}'. Promote or abort it first."));
        }
    }

    public async Task<RolloutOutcome> ActAsync(
        StoreId store, string model, Guid id, RolloutAction action, RolloutActionRequest request, string by, string? idempotencyKey, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await DoneAsync(store, idempotencyKey, cancellationToken) is { } done)
                return new(done);
            if (await database.Rollouts.FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value && row.Model == model, cancellationToken) is not { } rollout)
                return new(null, ("not-found", $"The model '{model}' has no rollout {id}."));
            if (Refusal(rollout, action, request) is { } refusal)
                return new(null, refusal);
            await ApplyAsync(rollout, action, request, by, idempotencyKey, cancellationToken);
            try
            {
                await database.SaveChangesAsync(cancellationToken);
                return new(rollout);
            }
            catch (DbUpdateException exception) when (attempt < Attempts
                && exception is DbUpdateConcurrencyException or { InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } })
            {
                database.ChangeTracker.Clear();
            }
        }
    }

    private static (string Type, string Detail)? Refusal(RolloutRow rollout, RolloutAction action, RolloutActionRequest request)
    {
        if (rollout.EndedAt is not null)
            return ("rollout-ended", $"The rollout is {rollout.State}. Start another one.");
        if (request.ExpectedStep is { } expected && expected != rollout.Step)
            return ("rollout-moved", $"The rollout is at step {rollout.Step}, not at {expected}: somebody moved it meanwhile. Look again and decide anew.");
        if (action == RolloutAction.Advance && rollout.State == RolloutState.Paused)
            return ("rollout-paused", "The rollout is paused. Resume it first.");
        if (action == RolloutAction.Advance && rollout.Steps.Count == 0)
            return ("rollout-steps", "A test has no steps. Promote an arm or abort it.");
        if (action == RolloutAction.Promote && request.Arm is { } arm && rollout.Arms.All(known => known.Name != arm))
            return ("rollout-arm", $"The rollout has no arm '{arm}'; it has {string.Join(", ", rollout.Arms.Select(known => known.Name))}.");
        if (action == RolloutAction.Promote && request.Arm is null && rollout.Arms.Count != 2)
            return ("rollout-arm", $"Say which 'arm' wins: {string.Join(", ", rollout.Arms.Select(known => known.Name))}.");
        return null;
    }

    private async Task ApplyAsync(RolloutRow rollout, RolloutAction action, RolloutActionRequest request, string by, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var reason = request.Reason ?? "";
        if (action == RolloutAction.Advance && rollout.Step == rollout.Steps.Count - 1)
            action = RolloutKinds.Of(rollout.Kind).End == RolloutState.Promoted ? RolloutAction.Promote : RolloutAction.Complete;
        switch (action)
        {
            case RolloutAction.Advance:
                rollout.Step++;
                rollout.StepAt = time.GetUtcNow();
                rollout.Pauses = [];
                break;
            case RolloutAction.Pause when rollout.State == RolloutState.Running:
                rollout.State = RolloutState.Paused;
                rollout.Pauses = [.. rollout.Pauses, new Pause(time.GetUtcNow(), null)];
                break;
            case RolloutAction.Resume when rollout.State == RolloutState.Paused:
                // What happened meanwhile is not held for or against it; what was seen before is: to forget it would be another try at the same test.
                rollout.State = RolloutState.Running;
                rollout.Pauses = [.. rollout.Pauses.Select(pause => pause with { Until = pause.Until ?? time.GetUtcNow() })];
                break;
            case RolloutAction.Promote:
                var winner = rollout.Arms.FirstOrDefault(arm => arm.Name == request.Arm) ?? rollout.Arms.Single(arm => arm != Rollout.BaselineOf(rollout.Arms, rollout.Champion));
                await aliases.StageAsync(new StoreId(rollout.Store), rollout.Model, rollout.Alias, winner.Version, by, reason, idempotencyKey, cancellationToken);
                End(rollout, RolloutState.Promoted);
                break;
            case RolloutAction.Complete:
                End(rollout, RolloutState.Completed);
                break;
            case RolloutAction.Abort:
                End(rollout, RolloutState.Aborted);
                break;
        }
        rollout.Changes++;
        Record(rollout, action.ToString().ToLowerInvariant(), by, reason, request.Evidence ?? [], idempotencyKey);
    }

    private void End(RolloutRow rollout, RolloutState state)
    {
        rollout.State = state;
        rollout.EndedAt = time.GetUtcNow();
    }

    private void Record(RolloutRow rollout, string action, string by, string reason, IReadOnlyList<GuardEvidence> evidence, string? idempotencyKey) => database.RolloutChanges.Add(new RolloutChangeRow
    {
        RolloutId = rollout.Id,
        Store = rollout.Store,
        Action = action,
        Step = rollout.Step,
        By = by,
        Reason = reason,
        At = time.GetUtcNow(),
        Evidence = [.. evidence],
        IdempotencyKey = idempotencyKey,
    });

    /// <summary>The rollout that an earlier call with the same key acted on.</summary>
    private async Task<RolloutRow?> DoneAsync(StoreId store, string? idempotencyKey, CancellationToken cancellationToken) => idempotencyKey is null ? null : await (
        from change in database.RolloutChanges
        join rollout in database.Rollouts on change.RolloutId equals rollout.Id
        where change.Store == store.Value && change.IdempotencyKey == idempotencyKey
        select rollout).FirstOrDefaultAsync(cancellationToken);
}

/// <summary>What can be done to a rollout. <see cref="Complete"/> is an advance beyond the last step of what is not promoted.</summary>
internal enum RolloutAction { Advance, Pause, Resume, Promote, Abort, Complete }
