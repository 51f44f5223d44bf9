using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.EventLog;
using ModelOps.Monitor.Drift;
using ModelOps.Monitor.Quality;
using ModelOps.ServiceDefaults;

namespace ModelOps.Monitor.Retention;

/// <summary>Drops the event log's oldest days, the oldest counts and the oldest drift reports.</summary>
internal sealed class Retention(
    ShopEvents events, MonitorDb database, IOptions<EventLogOptions> eventLog, IOptions<RetentionOptions> counts, IOptions<DriftOptions> drift, TimeProvider time, ILogger<Retention> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var days = await events.RemoveOlderThanAsync(TimeSpan.FromDays(eventLog.Value.KeepDays), now, cancellationToken);
        if (days > 0)
            logger.LogInformation("{Days} daily partitions older than {Keep} days dropped from the event log", days, eventLog.Value.KeepDays);
        var oldest = now.AddDays(-counts.Value.KeepDays);
        await database.Windows.Where(window => window.Start < oldest).ExecuteDeleteAsync(cancellationToken);
        await RemoveShopperMinutesAsync(oldest, cancellationToken);
        await database.ShownProducts.Where(product => product.Hour < oldest).ExecuteDeleteAsync(cancellationToken);
        await database.Attributions.Where(attribution => attribution.Start < oldest).ExecuteDeleteAsync(cancellationToken);
        await database.Searches.Where(search => search.Time < oldest).ExecuteDeleteAsync(cancellationToken);
        await database.AssistAnswers.Where(answer => answer.Time < oldest).ExecuteDeleteAsync(cancellationToken);
        await database.Verdicts.Where(verdict => verdict.At < oldest).ExecuteDeleteAsync(cancellationToken);
        var oldestReport = now.AddDays(-drift.Value.KeepDays);
        var oldestDay = DateOnly.FromDateTime(oldestReport.UtcDateTime);
        await database.DriftReports.Where(report => report.To < oldestReport).ExecuteDeleteAsync(cancellationToken);
        await database.DriftDays.Where(day => day.Day < oldestDay).ExecuteDeleteAsync(cancellationToken);
    }

    private Task RemoveShopperMinutesAsync(DateTimeOffset oldest, CancellationToken cancellationToken) => database.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await database.ShopperMinutes.Where(minute => minute.Start < oldest).ExecuteDeleteAsync(cancellationToken) > 0)
            await database.NoteRemovalAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    });
}

internal static class RetentionExtensions
{
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddOptions<RetentionOptions>().BindConfiguration("Quality").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<Retention>();
        return services.AddHourly("Retention", (provider, cancellationToken) => provider.GetRequiredService<Retention>().RunAsync(cancellationToken));
    }
}
