using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Runs;

/// <summary>Writes a leased run's progress. Each write carries the lease's fencing token and is refused once a newer lease wrote, or the run ended.</summary>
public sealed class RunJournal(IServiceScopeFactory scopes, Job job, TimeProvider time)
{
    private const int LogLength = 16_000;
    private readonly List<EpochPoint> epochs = [];
    private readonly StringBuilder log = new();

    /// <summary>Takes the run for this lease. False when there is nothing to do any more.</summary>
    public Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return WriteAsync(run => run.SetProperty(row => row.State, RunState.Running).SetProperty(row => row.StartedAt, row => row.StartedAt ?? now), cancellationToken);
    }

    /// <summary>Notes what the training is expected to take, and where.</summary>
    public Task<bool> ExpectAsync(string machine, string size, string estimate, CancellationToken cancellationToken) => WriteAsync(
        run => run.SetProperty(row => row.Machine, machine).SetProperty(row => row.Size, size).SetProperty(row => row.Estimate, estimate), cancellationToken);

    /// <summary>Notes a line of the worker. False when the run is no longer this lease's.</summary>
    public Task<bool> NoteAsync(WorkerMessage? message, string line, CancellationToken cancellationToken)
    {
        log.AppendLine(line);
        if (log.Length > LogLength)
            log.Remove(0, log.Length - LogLength);
        var lines = log.ToString();
        if (message?.Epoch is { } point)
        {
            epochs.Add(point);
            var points = JsonSerializer.Serialize(epochs);
            return WriteAsync(run => run.SetProperty(row => row.Epochs, points).SetProperty(row => row.Log, lines), cancellationToken);
        }
        return message?.Phase is { } phase
            ? WriteAsync(run => run.SetProperty(row => row.Phase, phase).SetProperty(row => row.Log, lines), cancellationToken)
            : WriteAsync(run => run.SetProperty(row => row.Log, lines), cancellationToken);
    }

    /// <param name="reproduction">How a run that trains a version again compares with it.</param>
    public Task<bool> SucceedAsync(TrainingResult result, CancellationToken cancellationToken, ReproductionReport? reproduction = null)
    {
        var report = reproduction is null ? null : JsonSerializer.Serialize(reproduction);
        var (metrics, comparison) = (JsonSerializer.Serialize(result.Metrics), JsonSerializer.Serialize(result.Comparison));
        var now = time.GetUtcNow();
        return WriteAsync(run => run
            .SetProperty(row => row.State, RunState.Succeeded).SetProperty(row => row.Phase, (string?)null).SetProperty(row => row.EndedAt, now)
            .SetProperty(row => row.Metrics, metrics).SetProperty(row => row.Comparison, comparison).SetProperty(row => row.Error, (string?)null)
            .SetProperty(row => row.Reproduction, report), cancellationToken);
    }

    public Task<bool> FailAsync(string error, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return WriteAsync(run => run.SetProperty(row => row.State, RunState.Failed).SetProperty(row => row.Error, error).SetProperty(row => row.EndedAt, now), cancellationToken);
    }

    /// <summary>Counts a crash of the worker and returns how many there were.</summary>
    public async Task<int> CrashAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(run => run.SetProperty(row => row.Crashes, row => row.Crashes + 1), cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<RunsDb>().Runs.Where(row => row.Id == job.Id).Select(row => row.Crashes).FirstOrDefaultAsync(cancellationToken);
    }

    private async Task<bool> WriteAsync(Action<UpdateSettersBuilder<Run>> change, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<RunsDb>();
        return await database.Runs
            .Where(row => row.Id == job.Id && row.Token <= job.Token && (row.State == RunState.Queued || row.State == RunState.Running))
            .ExecuteUpdateAsync(run => { run.SetProperty(row => row.Token, job.Token); change(run); }, cancellationToken) == 1;
    }
}
