using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Contracts;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Texts;

namespace ModelOps.Bench.TextEncoder;

/// <summary>What the service spends on a text: Kestrel, JSON, tokens, batches and the graph, as <c>/embed</c> has them; not the routing to a version, the deadline and the key, which cost microseconds.</summary>
internal static class ServedSide
{
    public static async Task RunAsync(string folder, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        using var encoder = Inference.Texts.TextEncoder.Load(StoreId.Main, "text-encoder", 1, folder, new BatchingHost(new BatchingOptions { Instances = 1 }, new BatchMetrics(meters), TimeProvider.System));
        app.MapPost("/embed", (HttpRequest request, CancellationToken cancellationToken) => TextsApi.AnswerAsync(request, encoder, cancellationToken));
        app.Urls.Add($"http://127.0.0.1:{port}");
        await app.RunAsync();
    }
}
