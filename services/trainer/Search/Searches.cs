using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Search;

/// <summary>
/// Keeps a run's trials going until its minutes are used up, then lets the run train with the best of them. Several chains of jobs
/// run side by side; each job that ends decides what its chain does next, so any number of replicas share the work.
/// </summary>
public sealed class Searches(IServiceScopeFactory scopes, JobQueue queue, TimeProvider time)
{
    private const int MostFailures = 3;

    /// <summary>Begins, or begins again after a restart: what is queued already is queued once.</summary>
    public async Task StartAsync(Run run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        await using var scope = scopes.CreateAsyncScope();
        var running = await scope.ServiceProvider.GetRequiredService<RunsDb>().Trials.AsNoTracking()
            .Where(trial => trial.RunId == run.Id && trial.State == TrialState.Running).ToListAsync(cancellationToken);
        foreach (var trial in running)
            await queue.EnqueueAsync(trial.JobId, new StoreId(run.Store), TrialJob.Kind, cancellationToken);
        var width = run.Parse().SearchWidth;
        for (var chain = running.Count; chain < width; chain++)
            await ContinueAsync(run.Id, cancellationToken);
    }

    /// <summary>Gives one chain its next trial, or ends it; the last chain to end settles the run.</summary>
    public async Task ContinueAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<RunsDb>();
        (Guid Job, string Kind)? queued = null;
        string store = "";
        await database.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            database.ChangeTracker.Clear();
            await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
            await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({id.ToString()}, 0))", cancellationToken);
            var run = await database.Runs.SingleAsync(row => row.Id == id, cancellationToken);
            var trials = await database.Trials.Where(trial => trial.RunId == id).OrderBy(trial => trial.Number).ToListAsync(cancellationToken);
            (store, queued) = (run.Store, null);
            if (run.State.IsFinal() || !run.IsSearching)
                return;
            if (Next(database, run, trials) is { } trial)
                queued = (trial.JobId, TrialJob.Kind);
            else if (trials.TrueForAll(other => other.State != TrialState.Running))
                queued = (Settle(run, trials), TrainingJob.Kind);
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });
        if (queued is { } next)
            await queue.EnqueueAsync(next.Job, new StoreId(store), next.Kind, cancellationToken);
    }

    /// <summary>When the search of <paramref name="run"/> ends; null before its first trial begins.</summary>
    public static DateTimeOffset? EndOf(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.StartedAt?.AddMinutes(run.Parse().SearchMinutes);
    }

    private Trial? Next(RunsDb database, Run run, List<Trial> trials)
    {
        if (EndOf(run) <= time.GetUtcNow() || IsHopeless(trials))
            return null;
        var parameters = run.Parse();
        if (HalvingOf(parameters).Next(trials) is { } promoted)
            return promoted.Begin(promoted.Rung + 1);
        var given = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(run.Parameters)!;
        if (SearchSpace.Of(given, out _).Draw(parameters.Seed, trials.Count, trials.Select(trial => trial.Setting)) is not { } setting)
            return null;
        var trial = new Trial { Id = Guid.CreateVersion7(time.GetUtcNow()), RunId = run.Id, Number = trials.Count, Parameters = JsonSerializer.Serialize(setting) }.Begin(0);
        database.Trials.Add(trial);
        return trial;
    }

    /// <summary>What nothing can be trained on will not get better with another setting; the training itself will say what is wrong.</summary>
    private static bool IsHopeless(List<Trial> trials) => trials.Count(trial => trial.State == TrialState.Failed) >= MostFailures && trials.TrueForAll(trial => trial.Values.Length == 0);

    /// <summary>The run trains with its best trial's setting; with its own parameters where no trial came to anything.</summary>
    private static Guid Settle(Run run, List<Trial> trials)
    {
        run.Chosen = trials.Where(trial => trial.Values.Length > 0).MaxBy(trial => trial.Best)?.Number ?? 0;
        run.Phase = null;
        return run.Id;
    }

    public static SuccessiveHalving HalvingOf(TrainingParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return new SuccessiveHalving(parameters.SearchPasses, parameters.SearchReduction, parameters.Epochs);
    }
}
