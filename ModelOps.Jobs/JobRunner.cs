using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ModelOps.Jobs;

/// <summary>Leases a job, runs it, renews its lease, writes its outcome, and gives it back when it has to stop.</summary>
public sealed class JobRunner
{
    private readonly JobQueue queue;
    private readonly IServiceScopeFactory scopes;
    private readonly JobOptions options;
    private readonly ILogger<JobRunner> logger;
    private readonly string owner = $"{Environment.MachineName}:{Environment.ProcessId}";

    public JobRunner(JobQueue queue, IServiceScopeFactory scopes, IOptions<JobOptions> options, ILogger<JobRunner> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (this.queue, this.scopes, this.options, this.logger) = (queue, scopes, options.Value, logger);
    }

    /// <summary>
    /// Runs the next job of these kinds to its end, whatever that is; false when there is none. A job that waits for others takes its share of
    /// them this way, so that it cannot wait for a worker that waits for it.
    /// </summary>
    public async Task<bool> RunOneAsync(IReadOnlyCollection<string> kinds, CancellationToken stopping)
    {
        if (await queue.LeaseAsync(kinds, owner, options.Lease, stopping) is not { } job)
            return false;
        await RunAsync(job, stopping);
        return true;
    }

    private async Task RunAsync(Job job, CancellationToken stopping)
    {
        using var lease = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewal = RenewAsync(job, lease);
        try
        {
            await using (var scope = scopes.CreateAsyncScope())
                await scope.ServiceProvider.GetRequiredKeyedService<IJobHandler>(job.Kind).RunAsync(job, lease.Token);
            await PersistAsync(() => queue.CompleteAsync(job, CancellationToken.None), stopping);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Best effort: if the database is away too, the lease runs out by itself.
            await IgnoreUnreachableAsync(() => queue.ReleaseAsync(job, CancellationToken.None));
        }
        catch (OperationCanceledException) when (lease.IsCancellationRequested)
        {
            logger.LogWarning("Job {Job} ({Kind}) is no longer this worker's: its lease was lost or it was cancelled", job.Id, job.Kind);
        }
        catch (JobPostponedException exception)
        {
            logger.LogWarning("Job {Job} ({Kind}) waits: {Reason}", job.Id, job.Kind, exception.Message);
            await PersistAsync(() => queue.PostponeAsync(job, exception.Message, options.MaxDelay, CancellationToken.None), stopping);
        }
        catch (Exception exception)
        {
            await PersistAsync(() => GiveUpOrRetryAsync(job, exception), stopping);
        }
        finally
        {
            await lease.CancelAsync();
            await renewal;
        }
    }

    private async Task<bool> GiveUpOrRetryAsync(Job job, Exception exception)
    {
        if (exception is FinalJobFailureException || job.Attempt >= options.MaxAttempts)
        {
            logger.LogError(exception, "Job {Job} ({Kind}) failed for good at attempt {Attempt}", job.Id, job.Kind, job.Attempt);
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredKeyedService<IJobHandler>(job.Kind).OnFailedAsync(job, exception.Message, CancellationToken.None);
            return await queue.FailAsync(job, exception.Message);
        }
        var delay = TimeSpan.FromTicks(Math.Min(options.MaxDelay.Ticks, options.RetryDelay.Ticks << Math.Min(job.Attempt - 1, 10)));
        logger.LogWarning("Job {Job} ({Kind}), attempt {Attempt}: {Reason}; again in {Delay}", job.Id, job.Kind, job.Attempt, exception.Message, delay);
        return await queue.RetryAsync(job, exception.Message, delay);
    }

    private async Task RenewAsync(Job job, CancellationTokenSource lease)
    {
        var lastRenewed = TimeProvider.System.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(options.Lease / 5, lease.Token);
                try
                {
                    if (!await queue.RenewAsync(job, options.Lease, lease.Token))
                        break;
                    lastRenewed = TimeProvider.System.GetTimestamp();
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    // Somebody else may hold the job once the lease has run out.
                    if (TimeProvider.System.GetElapsedTime(lastRenewed) > options.Lease)
                        break;
                }
            }
            await lease.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The job ended.
        }
    }

    /// <summary>Writes the outcome even if the database is away for a moment. Past the lease the outcome is another worker's to write.</summary>
    private async Task PersistAsync(Func<Task<bool>> write, CancellationToken stopping)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await write();
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException
                && !stopping.IsCancellationRequested && TimeProvider.System.GetElapsedTime(started) < options.Lease * 4)
            {
                await Task.Delay(500, CancellationToken.None);
            }
            catch (Exception exception)
            {
                logger.LogWarning("A job's outcome could not be written ({Reason}); its lease will run out and it will run again", exception.Message);
                return;
            }
        }
    }

    private static async Task IgnoreUnreachableAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
        }
    }
}
