using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Jobs;
using ModelOps.Trainer.Search;

namespace ModelOps.Trainer.Runs;

/// <summary>Queues what a run needs next: its trials while it searches, else its training. Repeating it changes nothing.</summary>
public sealed class RunQueue(IServiceScopeFactory scopes, JobQueue queue, Searches searches)
{
    public async Task EnqueueAsync(Run run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.IsSearching)
            await searches.StartAsync(run, cancellationToken);
        else
            await queue.EnqueueAsync(run.Id, new StoreId(run.Store), TrainingJob.Kind, cancellationToken);
    }

    public async Task CancelAsync(Guid run, CancellationToken cancellationToken)
    {
        await queue.CancelAsync(run, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        foreach (var job in await scope.ServiceProvider.GetRequiredService<RunsDb>().Trials.Where(trial => trial.RunId == run).Select(trial => trial.JobId).ToListAsync(cancellationToken))
            await queue.CancelAsync(job, cancellationToken);
    }
}
