using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Drift;

/// <summary>Has the reports made of every model that shoppers were answered by lately.</summary>
internal sealed class DriftWatch(MonitorDb database, DriftReports reports, DriftGauges gauges, TimeProvider time, ILogger<DriftWatch> logger)
{
    private static readonly TimeSpan Active = TimeSpan.FromDays(8);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - Active;
        // A model that only answers customers' messages learned nothing of what shoppers do.
        var models = await database.Windows.Where(window => window.Start >= since && !database.AssistAnswers.Any(answer => answer.Store == window.Store && answer.Model == window.Model)).Select(window => new { window.Store, window.Model }).Distinct().ToListAsync(cancellationToken);
        var failed = 0;
        var made = new List<DriftReportRow>();
        foreach (var model in models)
        {
            try
            {
                if (await reports.MakeAsync(new StoreId(model.Store), model.Model, reports.LastDay, cancellationToken) is { } report)
                    made.Add(report);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                failed++;
                logger.LogWarning("The drift report of {Store}/{Model} waits ({Reason})", model.Store, model.Model, exception.GetBaseException().Message);
            }
        }
        gauges.Show(made);
        if (failed > 0)
            throw new InvalidOperationException($"{failed} of {models.Count} models have no report of yesterday yet.");
    }
}
