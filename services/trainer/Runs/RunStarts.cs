using Microsoft.EntityFrameworkCore;
using ModelOps.Trainer.Quotas;

namespace ModelOps.Trainer.Runs;

/// <summary>Accepts runs: each idempotency key once, and no more than the store's quota allows.</summary>
public sealed class RunStarts(QuotaCheck quotas)
{
    /// <summary>The run, or the one that its key already started; or the quota that is used up. Starts of a store take turns.</summary>
    public async Task<(Run? Run, UsedUp? UsedUp)> AddAsync(RunsDb database, Run asked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(asked);
        return await database.Database.CreateExecutionStrategy().ExecuteAsync<(Run?, UsedUp?)>(async () =>
        {
            database.ChangeTracker.Clear();
            await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
            await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"runs/" + asked.Store}, 0))", cancellationToken);
            if (await FindAsync(database, asked, cancellationToken) is { } earlier)
                return (earlier, null);
            if (await quotas.FindAsync(database, asked.Store, cancellationToken) is { } usedUp)
                return (null, usedUp);
            database.Runs.Add(asked);
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return (asked, null);
        });
    }

    /// <summary>The run of the same key, or, where a commit was repeated because its answer was lost, of the same id.</summary>
    private static Task<Run?> FindAsync(RunsDb database, Run asked, CancellationToken cancellationToken) => database.Runs.AsNoTracking()
        .FirstOrDefaultAsync(run => run.Id == asked.Id || (asked.IdempotencyKey != null && run.Store == asked.Store && run.IdempotencyKey == asked.IdempotencyKey), cancellationToken);
}
