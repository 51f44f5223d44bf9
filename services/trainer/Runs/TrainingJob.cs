using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Training;
using Npgsql;

namespace ModelOps.Trainer.Runs;

/// <summary>Runs one training: fetches data and checkpoint, lets a worker train, keeps what it makes. Another replica can take over at any point.</summary>
public sealed class TrainingJob(
    IServiceScopeFactory scopes, RunInputs inputs, RunBlobs blobs, RunRetention retention, IOptions<TrainerOptions> options, TimeProvider time, ILogger<TrainingJob> logger)
    : IJobHandler
{
    public const string Kind = "train";
    private const int MostCrashes = 2;

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var journal = new RunJournal(scopes, job, time);
        if (!await journal.BeginAsync(cancellationToken))
            return;
        var folder = RunFolder.Create(options.Value, job);
        try
        {
            await RunAsync(job, journal, folder, cancellationToken);
        }
        catch
        {
            // Whoever goes on fetches the checkpoint.
            RunFolder.Remove(folder);
            throw;
        }
    }

    private async Task RunAsync(Job job, RunJournal journal, string folder, CancellationToken cancellationToken)
    {
        var run = await ReadAsync(job.Id, cancellationToken);
        var (version, parameters) = await FetchAsync(job, run, folder, cancellationToken);
        await EstimateAsync(journal, run, ApplicationList.Of(run.Application).SizeOf(parameters, version.Profile), cancellationToken);
        var end = await TrainAsync(job, journal, folder, cancellationToken);
        if (end.Error is { } error)
            throw new FinalJobFailureException(error);
        if (end.Result is not { } result)
            throw await CrashAsync(journal, end, cancellationToken);
        if (run.Reproduces is not null)
        {
            await journal.SucceedAsync(await PricedAsync(result), cancellationToken, await CompareAsync(job, run, version, result, folder, cancellationToken));
            RunFolder.Remove(folder);
            return;
        }
        await blobs.UploadPackageAsync(job.Store, job.Id, RunFolder.Package(folder), cancellationToken);
        await journal.SucceedAsync(await PricedAsync(result), cancellationToken);
        RunFolder.Keep(options.Value, job.Id, folder);
        await retention.PruneAsync(job.Store, cancellationToken);
    }

    private async Task<ReproductionReport> CompareAsync(Job job, Run run, DatasetVersion version, TrainingResult result, string folder, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var request = JsonSerializer.Deserialize<ReproductionRequest>(run.Reproduces!)!;
        return await scope.ServiceProvider.GetRequiredService<ReproductionCheck>().CompareAsync(job.Store, request, version, result, RunFolder.Package(folder), folder, cancellationToken);
    }

    private async Task<TrainingResult> PricedAsync(TrainingResult result)
    {
        await using var scope = scopes.CreateAsyncScope();
        return scope.ServiceProvider.GetRequiredService<Estimator>().CostOf(result.Metrics[MetricName.Seconds]) is { } cost
            ? result with { Metrics = new Dictionary<string, double>(result.Metrics) { [MetricName.Cost] = cost } }
            : result;
    }

    public async Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        await new RunJournal(scopes, job, time).FailAsync(error, cancellationToken);
    }

    private async Task<Run> ReadAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<RunsDb>().Runs.AsNoTracking().SingleAsync(row => row.Id == id, cancellationToken);
    }

    /// <summary>What the run is expected to take, told before it starts; a run that goes on keeps what was told first.</summary>
    private async Task EstimateAsync(RunJournal journal, Run run, RunSize size, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        // A search's minutes are over when its training begins.
        var estimate = run.Estimate ?? JsonSerializer.Serialize(await scope.ServiceProvider.GetRequiredService<Estimator>().EstimateAsync(size, cancellationToken));
        await journal.ExpectAsync(Machine.Kind, JsonSerializer.Serialize(size), estimate, cancellationToken);
    }

    private async Task<(DatasetVersion Version, IReadOnlyDictionary<string, JsonElement> Parameters)> FetchAsync(Job job, Run run, string folder, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var trials = await scope.ServiceProvider.GetRequiredService<RunsDb>().Trials.AsNoTracking().Where(trial => trial.RunId == run.Id).OrderBy(trial => trial.Number).ToListAsync(cancellationToken);
        var chosen = trials.Find(trial => trial.Number == run.Chosen);
        var parameters = run.ParametersWith(chosen?.Setting);
        var version = await inputs.FetchAsync(
            job.Store, run, parameters, folder,
            trials: trials.Count == 0 ? null : [.. trials.Select(trial => trial.ToContract(trial == chosen))], cancellationToken: cancellationToken);
        if (await blobs.FetchCheckpointAsync(job.Store, job.Id, folder, cancellationToken: cancellationToken))
            logger.LogInformation("Run {Run} goes on from its checkpoint at attempt {Attempt}", job.Id, job.Attempt);
        return (version, parameters);
    }

    private async Task<WorkerEnd> TrainAsync(Job job, RunJournal journal, string folder, CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sinceUpload = Stopwatch.StartNew();
        return await WorkerProcess.RunAsync(folder, async (message, line) =>
        {
            try
            {
                if (!await journal.NoteAsync(message, line, lost.Token))
                    await lost.CancelAsync();
                else if (File.Exists(Path.Combine(folder, Checkpoint.FileName)) && (message?.Phase == "export" || (message?.Epoch is not null && sinceUpload.Elapsed.TotalSeconds >= options.Value.CheckpointSeconds)))
                {
                    await blobs.UploadCheckpointAsync(job.Store, job.Id, folder, cancellationToken: lost.Token);
                    sinceUpload.Restart();
                }
            }
            catch (Exception exception) when (exception is NpgsqlException or Azure.RequestFailedException or TimeoutException or DbUpdateException or InvalidOperationException or AggregateException)
            {
                // Training goes on meanwhile; the lease decides whether the outcome may be written.
                logger.LogWarning("Run {Run}: its progress could not be kept ({Reason})", job.Id, exception.Message);
            }
        }, lost.Token);
    }

    private static async Task<Exception> CrashAsync(RunJournal journal, WorkerEnd end, CancellationToken cancellationToken)
    {
        var crashes = await journal.CrashAsync(cancellationToken);
        var message = $"The worker process died with exit code {end.ExitCode} and gave no reason: libtorch aborted, or the system killed it for want of memory. Its last words: {(end.Errors.Length == 0 ? "none" : end.Errors)}";
        return crashes >= MostCrashes
            ? new FinalJobFailureException($"{message} It happened {crashes} times. Lower 'batchSize', 'negatives' or 'dimensions', or give the machine more memory.")
            : new InvalidOperationException(message);
    }
}
