using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ModelOps.Jobs;

/// <summary>Runs jobs of all the service's kinds as they come, until the service stops.</summary>
internal sealed class JobWorker(
    JobQueue queue, JobRunner runner, NpgsqlDataSource database, IEnumerable<JobKind> kinds, IOptions<JobOptions> options, ILogger<JobWorker> logger) : BackgroundService
{
    private readonly JobOptions options = options.Value;
    private readonly string[] kinds = [.. kinds.Select(kind => kind.Name)];
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
            try
            {
                if (await runner.RunOneAsync(kinds, stopping))
                    continue;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                logger.LogWarning("The job queue is not reachable ({Reason}); trying again", exception.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            await WaitAsync(stopping);
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
