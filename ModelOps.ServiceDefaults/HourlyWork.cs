using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ModelOps.ServiceDefaults;

/// <summary>Does something at the start and every hour after; what fails is tried again a minute later.</summary>
internal sealed class HourlyWork(
    string name, Func<IServiceProvider, CancellationToken, Task> work, IServiceScopeFactory scopes, TimeProvider time, ILogger<HourlyWork> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
                await Task.Delay(await TryAsync(stoppingToken) ? Pause : AfterFailure, time, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await work(scope.ServiceProvider, cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("{Work} waits ({Reason})", name, exception.GetBaseException().Message);
            return false;
        }
    }
}

public static class HourlyWorkExtensions
{
    /// <summary>Has the service do <paramref name="work"/> every hour, in a scope of its own.</summary>
    /// <param name="name">For the log, as a subject: "The event log's retention".</param>
    public static IServiceCollection AddHourly(this IServiceCollection services, string name, Func<IServiceProvider, CancellationToken, Task> work) =>
        services.AddSingleton<IHostedService>(provider => new HourlyWork(
            name, work, provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<HourlyWork>>()));
}
