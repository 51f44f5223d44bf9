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
    private readonly IReadOnlyList<Lane> lanes = LanesOf(kinds, options.Value.Concurrency);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = ListenAsync(stoppingToken);
        var workers = lanes.SelectMany(lane => Enumerable.Range(0, lane.Workers).Select(_ => WorkAsync(lane, stoppingToken)));
        await Task.WhenAll([listening, .. workers]);
    }

    private async Task WorkAsync(Lane lane, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await runner.RunOneAsync(lane.Kinds, stopping))
                    continue;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                logger.LogWarning("The job queue is not reachable ({Reason}); trying again", exception.Message);
            }
            catch (Exception exception)
            {
                // Whatever it was, a worker that ends takes no more jobs, and nobody is told.
                logger.LogError(exception, "A job could not be taken or noted; trying again");
            }
            await WaitAsync(lane, stopping);
        }
    }

    private async Task WaitAsync(Lane lane, CancellationToken stopping)
    {
        try
        {
            await lane.Wake.WaitAsync(options.Poll, stopping);
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
                connection.Notification += (_, _) =>
                {
                    foreach (var lane in lanes)
                        lane.Wake.Release();
                };
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
            catch (Exception)
            {
                // Polling goes on meanwhile, and says what is wrong.
                await Task.Delay(1000, CancellationToken.None);
            }
        }
    }

    public override void Dispose()
    {
        foreach (var lane in lanes)
            lane.Wake.Dispose();
        base.Dispose();
    }

    private static IReadOnlyList<Lane> LanesOf(IEnumerable<JobKind> kinds, int workers)
    {
        var (apart, together) = (kinds.Where(kind => kind.IsApart), kinds.Where(kind => !kind.IsApart).Select(kind => kind.Name).ToArray());
        return [new Lane(together, workers), .. apart.Select(kind => new Lane([kind.Name], 1))];
    }

    /// <summary>Kinds that wait for each other.</summary>
    private sealed record Lane(string[] Kinds, int Workers)
    {
        public SemaphoreSlim Wake { get; } = new(0);
    }
}
