using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;

namespace ModelOps.Trainer.Runs;

/// <summary>Removes the files of a store's older runs. Their rows stay; a registered package lives on in the registry.</summary>
public sealed class RunRetention(IServiceScopeFactory scopes, RunBlobs blobs, IOptions<TrainerOptions> options)
{
    public async Task PruneAsync(StoreId store, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<RunsDb>();
        var old = await database.Runs.Where(run => run.Store == store.Value).OrderByDescending(run => run.Number).Skip(options.Value.KeepRuns)
            .Where(run => !run.Pruned && run.State != RunState.Queued && run.State != RunState.Running)
            .ToListAsync(cancellationToken);
        foreach (var run in old)
        {
            await blobs.RemoveAsync(store, run.Id, cancellationToken);
            RunFolder.RemoveAll(options.Value, run.Id);
            run.Pruned = true;
            await database.SaveChangesAsync(cancellationToken);
        }
    }
}
