using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ModelOps.ServiceDefaults;

/// <summary>
/// Listens in a service's place while it waits for its database: the process is alive, its health names what is missing, and
/// everything else is asked to come again. A service proper would let its workers loose on tables that are not there yet.
/// </summary>
internal sealed class WaitingRoom : IAsyncDisposable
{
    private readonly WebApplication? room;

    private WaitingRoom(WebApplication? room) => this.room = room;

    public static async Task<WaitingRoom> OpenAsync(WebApplication service)
    {
        // A test's server in memory has no port to listen at.
        if (service.Services.GetRequiredService<IServer>().GetType().Assembly != typeof(KestrelServer).Assembly)
            return new WaitingRoom(null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = service.Environment.EnvironmentName });
        builder.Configuration.AddConfiguration(service.Configuration);
        builder.WebHost.UseKestrel();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(service.Services.GetRequiredService<HealthCheckService>());
        builder.Services.AddSingleton(service.Services.GetRequiredService<ILoggerFactory>());
        builder.Services.AddSingleton<IHostLifetime, SignalsEndTheProcess>();
        var room = builder.Build();
        room.UseRouting();
        room.MapGet(ServiceDefaultsExtensions.HealthPath, SayWhatIsMissingAsync);
        room.MapHealthChecks(ServiceDefaultsExtensions.AlivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        room.MapFallback(ComeAgainAsync);
        await room.StartAsync();
        return new WaitingRoom(room);
    }

    /// <summary>The service's own checks; and, as they may all be well by now, that it has not started.</summary>
    private static async Task SayWhatIsMissingAsync(HttpContext context)
    {
        var report = await context.RequestServices.GetRequiredService<HealthCheckService>().CheckHealthAsync(context.RequestAborted);
        var entries = report.Entries.Append(new("start", new HealthReportEntry(HealthStatus.Unhealthy, "The database is not up to date yet.", TimeSpan.Zero, null, null)));
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await HealthReport.WriteAsync(context, new(entries.ToDictionary(), report.TotalDuration));
    }

    private static Task ComeAgainAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2";
        return Problems.Of(
            StatusCodes.Status503ServiceUnavailable, "starting", "The service is starting", $"Its database is not ready yet; {ServiceDefaultsExtensions.HealthPath} says why. Try again shortly.").ExecuteAsync(context);
    }

    /// <summary>Nothing has begun that must be ended in order, so a SIGTERM may do what it does by itself.</summary>
    private sealed class SignalsEndTheProcess : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (room is null)
            return;
        await room.StopAsync();
        await room.DisposeAsync();
    }
}
