using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ModelOps.ServiceDefaults.Telemetry;

/// <summary>OpenTelemetry logs, metrics and traces; exported over OTLP only where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
internal static class TelemetryExtensions
{
    /// <summary>Bucket bounds in seconds: from a cache hit (0.1 ms) to a long import.</summary>
    private static readonly double[] SecondsBuckets = [.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30];

    private const double DefaultTracesPerSecond = 50;

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        // Every query and call is a span already; the log is for what an operator should read.
        foreach (var chatty in (string[])["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Npgsql", "System.Net.Http", "Polly", "Microsoft.Extensions.Http"])
            builder.Logging.AddFilter(chatty, LogLevel.Warning);
        // EF Core calls it a failure when a new database has no migration history yet; a real one reaches the caller as an exception.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.Critical);
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("ModelOps.*", "Npgsql")
                .AddView(instrument => instrument.Unit == "s" ? new ExplicitBucketHistogramConfiguration { Boundaries = SecondsBuckets } : null)
                .AddPrometheusExporter())
            .WithTracing(tracing => tracing
                .SetSampler(new ParentBasedSampler(new RateLimitedSampler(builder.Configuration.GetValue("Telemetry:TracesPerSecond", DefaultTracesPerSecond), TimeProvider.System)))
                .AddSource(builder.Environment.ApplicationName, "ModelOps.*", "Npgsql")
                .AddAspNetCoreInstrumentation(options => options.Filter = context =>
                    !context.Request.Path.StartsWithSegments(ServiceDefaultsExtensions.HealthPath) &&
                    !context.Request.Path.StartsWithSegments(ServiceDefaultsExtensions.AlivePath) &&
                    !context.Request.Path.StartsWithSegments("/metrics"))
                .AddHttpClientInstrumentation());

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            builder.Services.AddOpenTelemetry().UseOtlpExporter();
    }
}
