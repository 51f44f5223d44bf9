using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ModelOps.AppHost.LocalEngine.Telemetry;

/// <summary>Where the services send traces and logs (OTLP over HTTP), and where they can be looked up.</summary>
internal sealed class TelemetryReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TelemetryReceiver(WebApplication app, string url) => (_app, Url) = (app, url);

    public string Url { get; }

    public static async Task<TelemetryReceiver> StartAsync(TelemetryStore store, Func<object> resources, CancellationToken cancellationToken)
    {
        // Of the AppHost's own address and settings nothing is meant for this listener.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UseRouting();
        MapIntake(app, store);
        MapLookup(app, store, resources);
        await app.StartAsync(cancellationToken);
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new TelemetryReceiver(app, url);
    }

    private static void MapIntake(WebApplication app, TelemetryStore store)
    {
        app.MapPost("/v1/traces", request => TakeAsync(request, bytes => store.AddSpans(OtlpReader.ReadSpans(bytes))));
        app.MapPost("/v1/logs", request => TakeAsync(request, bytes => store.AddLogs(OtlpReader.ReadLogs(bytes))));
        // Prometheus scrapes the services' metrics at their /metrics; here they are only acknowledged.
        app.MapPost("/v1/metrics", request => TakeAsync(request, _ => { }));
    }

    private static void MapLookup(WebApplication app, TelemetryStore store, Func<object> resources)
    {
        app.MapGet("/api/telemetry/traces/{traceId}", (string traceId) => Results.Json(store.SpansOf(traceId)));
        app.MapGet("/api/telemetry/traces", (string? service, int? limit) => Results.Json(store.RecentTraces(service, limit ?? 50)));
        app.MapGet("/api/telemetry/logs", (string? traceId, string? service, int? limit) => Results.Json(store.Logs(traceId, service, limit ?? 200)));
        app.MapGet("/api/resources", () => Results.Json(resources()));
    }

    private static async Task TakeAsync(HttpContext context, Action<byte[]> add)
    {
        using var body = new MemoryStream();
        try
        {
            await (IsCompressed(context.Request)
                ? new System.IO.Compression.GZipStream(context.Request.Body, System.IO.Compression.CompressionMode.Decompress)
                : context.Request.Body).CopyToAsync(body, context.RequestAborted);
            add(body.ToArray());
            // An empty protobuf message: everything was accepted.
            context.Response.ContentType = "application/x-protobuf";
        }
        catch (Exception malformed) when (malformed is Google.Protobuf.InvalidProtocolBufferException or InvalidDataException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    private static bool IsCompressed(HttpRequest request) => request.Headers.ContentEncoding.ToString() == "gzip";

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
