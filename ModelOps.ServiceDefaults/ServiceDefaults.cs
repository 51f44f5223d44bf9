using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using ModelOps.ServiceDefaults.Access;
using ModelOps.ServiceDefaults.Telemetry;
using Scalar.AspNetCore;

namespace ModelOps.ServiceDefaults;

/// <summary>What every service has before it does anything of its own: telemetry, health, discovery, resilience, problem details, access.</summary>
public static class ServiceDefaultsExtensions
{
    public const string HealthPath = "/health";
    public const string AlivePath = "/alive";

    /// <summary>Shorter than a prober's own patience, so that it hears which check failed.</summary>
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(3);

    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan || check.Timeout > HealthPatience))
                check.Timeout = HealthPatience;
        });
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler(ConfigureResilience);
            http.AddServiceDiscovery();
        });
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemTable>();
        builder.Services.AddOpenApi(options => options.OpenApiVersion = Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1);
        builder.Services.AddSingleton(DrivenClock.Of(builder.Configuration, builder.Environment));
        builder.AddStoreAccess();
        return builder;
    }

    /// <summary>For a service that does part of its work without a store: its absence degrades the service's health and does not end it.</summary>
    /// <param name="connection">The store's connection name.</param>
    public static IServiceCollection TolerateAbsenceOf(this IServiceCollection services, string connection) => services.Configure<HealthCheckServiceOptions>(options =>
    {
        foreach (var check in options.Registrations.Where(check => check.Name.EndsWith(connection, StringComparison.Ordinal)))
            check.FailureStatus = HealthStatus.Degraded;
    });

    /// <summary>
    /// <c>/health</c> (every check), <c>/alive</c> (the process answers), <c>/metrics</c> (Prometheus; with a token where <c>Metrics__Token</c> is set),
    /// <c>/openapi/v1.json</c> and an interactive reference at <c>/docs</c>.
    /// </summary>
    /// <param name="beforeAuthorization">What has to see calls that are then refused.</param>
    public static WebApplication MapDefaultEndpoints(this WebApplication app, Action<IApplicationBuilder>? beforeAuthorization = null)
    {
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseCors();
        app.UseScrapeGuard();
        app.UseAuthentication();
        app.UseMiddleware<KeyLimitsMiddleware>();
        beforeAuthorization?.Invoke(app);
        app.UseAuthorization();

        app.MapHealthChecks(HealthPath, new HealthCheckOptions { ResponseWriter = HealthReport.WriteAsync }).AllowAnonymous();
        app.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") }).AllowAnonymous();
        app.MapPrometheusScrapingEndpoint(ScrapeGuard.Path).AllowAnonymous();
        app.MapOpenApi().AllowAnonymous();
        app.MapScalarApiReference("/docs", options => options.WithTitle(app.Environment.ApplicationName)).AllowAnonymous();
        return app;
    }

    /// <summary>Aspire's standard handler with room for large files; what is not safe to repeat is repeated by whoever holds its idempotency key.</summary>
    private static void ConfigureResilience(HttpStandardResilienceOptions options)
    {
        options.Retry.DisableForUnsafeHttpMethods();
        options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(60);
        options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(150);
        options.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(120);
        options.CircuitBreaker.MinimumThroughput = 200;
    }
}
