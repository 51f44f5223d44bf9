using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Deployments.Rollouts;
using Npgsql;

namespace ModelOps.Registry.Deployments;

/// <summary>Moves an alias: a compare-and-swap, recorded in the same transaction.</summary>
internal sealed class AliasMoves(RegistryDb database, TimeProvider time)
{
    private const int Attempts = 5;

    /// <returns>The change; or null and the version where the alias stands instead of the expected one.</returns>
    public async Task<(AliasChange? Change, int? StandsAt)> MoveAsync(
        StoreId store, string model, string alias, AliasRequest request, string by, string? idempotencyKey, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (idempotencyKey is not null && await database.AliasChanges.AsNoTracking()
                .FirstOrDefaultAsync(row => row.Store == store.Value && row.IdempotencyKey == idempotencyKey, cancellationToken) is { } done)
                return (done.ToContract(), null);

            var current = await database.Aliases.FirstOrDefaultAsync(row => row.Store == store.Value && row.Model == model && row.Alias == alias, cancellationToken);
            if (request.ExpectedVersion is { } expected && current?.Version != expected)
                return (null, current?.Version ?? 0);

            var change = await StageAsync(store, model, alias, request.Version, by, request.Reason ?? "", idempotencyKey, cancellationToken);
            await EndRolloutAsync(store, model, alias, by, change, cancellationToken);
            try
            {
                await database.SaveChangesAsync(cancellationToken);
                return (change.ToContract(), null);
            }
            catch (DbUpdateException exception) when (attempt < Attempts
                && exception is DbUpdateConcurrencyException or { InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } })
            {
                database.ChangeTracker.Clear();
            }
        }
    }

    /// <summary>The move and its record, to be saved with whatever else changes.</summary>
    public async Task<AliasChangeRow> StageAsync(StoreId store, string model, string alias, int version, string by, string reason, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var current = await database.Aliases.FirstOrDefaultAsync(row => row.Store == store.Value && row.Model == model && row.Alias == alias, cancellationToken);
        var change = new AliasChangeRow
        {
            Store = store.Value,
            Model = model,
            Alias = alias,
            From = current?.Version,
            To = version,
            By = by,
            Reason = reason,
            At = time.GetUtcNow(),
            IdempotencyKey = idempotencyKey,
        };
        database.AliasChanges.Add(change);
        if (current is null)
            database.Aliases.Add(new AliasRow { Store = store.Value, Model = model, Alias = alias, Version = version });
        else
            current.Version = version;
        return change;
    }

    /// <summary>Whoever moves the alias by hand means it: a rollout that is under way ends.</summary>
    private async Task EndRolloutAsync(StoreId store, string model, string alias, string by, AliasChangeRow move, CancellationToken cancellationToken)
    {
        if (await database.Rollouts.FirstOrDefaultAsync(row => row.Store == store.Value && row.Model == model && row.Alias == alias && row.EndedAt == null, cancellationToken) is not { } rollout)
            return;
        rollout.State = RolloutState.Aborted;
        rollout.EndedAt = move.At;
        rollout.Changes++;
        database.RolloutChanges.Add(new RolloutChangeRow
        {
            RolloutId = rollout.Id,
            Store = rollout.Store,
            Action = "abort",
            Step = rollout.Step,
            By = by,
            Reason = $"The alias '{alias}' was moved to version {move.To}. {move.Reason}".TrimEnd(),
            At = move.At,
            Evidence = [],
        });
    }
}
