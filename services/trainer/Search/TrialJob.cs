using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Search;

/// <summary>Makes one rung of a trial: goes on from its checkpoint, which lies in blob storage for whichever replica has the next one.</summary>
public sealed class TrialJob(IServiceScopeFactory scopes, RunInputs inputs, RunBlobs blobs, Searches searches, IOptions<TrainerOptions> options, TimeProvider time) : IJobHandler
{
    public const string Kind = "trial";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var (run, trial) = await BeginAsync(job, cancellationToken);
        if (run is null || trial is null)
            return;
        var folder = RunFolder.Create(options.Value, job);
        try
        {
            await RunAsync(job, run, trial, folder, cancellationToken);
        }
        finally
        {
            RunFolder.Remove(folder);
        }
        await searches.ContinueAsync(run.Id, cancellationToken);
    }

    public async Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        await using var scope = scopes.CreateAsyncScope();
        var trials = scope.ServiceProvider.GetRequiredService<RunsDb>().Trials.Where(row => row.JobId == job.Id);
        await trials.ExecuteUpdateAsync(row => row.SetProperty(trial => trial.State, TrialState.Failed).SetProperty(trial => trial.Error, error), cancellationToken);
        if (await trials.AsNoTracking().FirstOrDefaultAsync(cancellationToken) is { } trial)
            await searches.ContinueAsync(trial.RunId, cancellationToken);
    }

    private async Task<(Run?, Trial?)> BeginAsync(Job job, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<RunsDb>();
        var trial = await database.Trials.AsNoTracking().FirstOrDefaultAsync(row => row.JobId == job.Id && row.State == TrialState.Running, cancellationToken);
        if (trial is null)
            return default;
        var now = time.GetUtcNow();
        await database.Runs.Where(row => row.Id == trial.RunId && row.State == RunState.Queued)
            .ExecuteUpdateAsync(row => row.SetProperty(run => run.State, RunState.Running).SetProperty(run => run.StartedAt, now).SetProperty(run => run.Phase, "search"), cancellationToken);
        var run = await database.Runs.AsNoTracking().SingleAsync(row => row.Id == trial.RunId, cancellationToken);
        return run.State == RunState.Running ? (run, trial) : default;
    }

    private async Task RunAsync(Job job, Run run, Trial trial, string folder, CancellationToken cancellationToken)
    {
        var parameters = run.ParametersWith(trial.Setting);
        await inputs.FetchAsync(job.Store, run, parameters, folder, trial: Searches.HalvingOf(run.Parse()).PassesAt(trial.Rung), cancellationToken: cancellationToken);
        await blobs.FetchCheckpointAsync(job.Store, run.Id, folder, CheckpointOf(trial), cancellationToken);
        var watch = Stopwatch.StartNew();
        var (best, passes) = (trial.Best, trial.Passes);
        try
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            over.CancelAfter(TimeSpan.FromTicks(Math.Max(1, (Searches.EndOf(run)!.Value - time.GetUtcNow()).Ticks)));
            var end = await WorkerProcess.RunAsync(folder, (message, _) =>
            {
                if (message?.Epoch is { } point)
                    (best, passes) = (Math.Max(best, point.Ndcg10 ?? best), point.Epoch);
                return Task.CompletedTask;
            }, over.Token);
            if (end.Result is null)
                throw new FinalJobFailureException(end.Error ?? $"The worker process died with exit code {end.ExitCode}: {end.Errors}");
            await blobs.UploadCheckpointAsync(job.Store, run.Id, folder, CheckpointOf(trial), cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The minutes are used up: what was reached counts.
        }
        await RecordAsync(job, passes > trial.Passes ? [.. trial.Values, best] : trial.Values, passes, trial.Seconds + watch.Elapsed.TotalSeconds, cancellationToken);
    }

    private async Task RecordAsync(Job job, double[] values, int passes, double seconds, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<RunsDb>().Trials.Where(row => row.JobId == job.Id && row.State == TrialState.Running).ExecuteUpdateAsync(
            row => row.SetProperty(trial => trial.Values, values).SetProperty(trial => trial.Passes, passes).SetProperty(trial => trial.Seconds, seconds).SetProperty(trial => trial.State, TrialState.Waiting),
            cancellationToken);
    }

    private static string CheckpointOf(Trial trial) => $"trials/{trial.Number}/{Checkpoint.FileName}";
}
