using ModelOps.Jobs;
using Npgsql;

namespace ModelOps.Pipeline.Exports;

/// <summary>Runs exports one after the other, beside the pipelines' runs: an hour's export keeps none of them waiting, and two do not ask inference at once.</summary>
internal sealed class ExportWorker(JobRunner runner, ILogger<ExportWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await runner.RunOneAsync([ExportJob.Kind], stoppingToken))
                    await Task.Delay(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                logger.LogWarning("The job queue is not reachable ({Reason}); trying again", exception.Message);
                await Task.Delay(Look, CancellationToken.None);
            }
        }
    }
}
