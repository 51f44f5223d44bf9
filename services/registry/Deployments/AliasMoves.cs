using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
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

            var change = new AliasChangeRow
            {
                Store = store.Value,
                Model = model,
                Alias = alias,
                From = current?.Version,
                To = request.Version,
                By = by,
                Reason = request.Reason ?? "",
                At = time.GetUtcNow(),
                IdempotencyKey = idempotencyKey,
            };
            database.AliasChanges.Add(change);
            if (current is null)
                database.Aliases.Add(new AliasRow { Store = store.Value, Model = model, Alias = alias, Version = request.Version });
            else
                current.Version = request.Version;
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
}
