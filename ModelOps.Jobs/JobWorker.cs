using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ModelOps.Jobs;

/// <summary>Leases jobs, runs them, renews their leases, and gives them back when the service stops.</summary>
internal sealed class JobWorker(
    JobQueue queue, NpgsqlDataSource database, IServiceScopeFactory scopes, IEnumerable<JobKind> kinds, IOptions<JobOptions> options, ILogger<JobWorker> logger) : BackgroundService
{
    private readonly JobOptions options = options.Value;
    private readonly string[] kinds = [.. kinds.Select(kind => kind.Name)];
    private readonly string owner = $"{Environment.MachineName}:{Environment.ProcessId}";
    private readonly SemaphoreSlim wake = new(0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = ListenAsync(stoppingToken);
        var workers = Enumerable.Range(0, options.Concurrency).Select(_ => WorkAsync(stoppingToken));
        await Task.WhenAll([listening, .. workers]);
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Job? job = null;
            try
            {
                job = await queue.LeaseAsync(kinds, owner, options.Lease, stopping);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                logger.LogWarning("The job queue is not reachable ({Reason}); trying again", exception.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            if (job is not null)
                await RunAsync(job, stopping);
            else
                await WaitAsync(stopping);
        }
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

    private async Task WaitAsync(CancellationToken stopping)
    {
        try
        {
            await wake.WaitAsync(options.Poll, stopping);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        var nextCleaning = DateTimeOffset.MinValue;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stopping);
                connection.Notification += (_, _) => wake.Release();
                await using (var listen = new NpgsqlCommand($"LISTEN {JobQueue.Channel}", connection))
                    await listen.ExecuteNonQueryAsync(stopping);
                while (true)
                {
                    if (DateTimeOffset.UtcNow > nextCleaning)
                    {
                        await queue.RemoveEndedAsync(options.Retention, stopping);
                        nextCleaning = DateTimeOffset.UtcNow.AddHours(1);
                    }
                    await connection.WaitAsync(TimeSpan.FromMinutes(5), stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                // Polling goes on meanwhile.
                await Task.Delay(1000, CancellationToken.None);
            }
        }
    }

    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }
}
