using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ModelOps.Inference.Batching;

/// <summary>
/// The first thing that a question meets: where as many are being answered as can be in time, one more is refused before anything is
/// spent on it. Else a server with three times its load would spend its time on reading what it then refuses. Events are always taken in.
/// </summary>
internal sealed class AdmissionGate(IOptions<BatchingOptions> options, BatchMetrics metrics) : IStartupFilter
{
    private static readonly byte[] Refusal = JsonSerializer.SerializeToUtf8Bytes(
        new ProblemDetails
        {
            Status = StatusCodes.Status429TooManyRequests,
            Type = "urn:modelops:overloaded",
            Title = "There is too much to do",
            Detail = "As many questions as this replica can answer in time are being answered. Try again in 1 s, or run more replicas.",
        },
        JsonSerializerOptions.Web);

    private static readonly string[] Questions = ["/v1/recommendations", "/v1/search", "/v1/assist", "/v1/classify", "/v1/campaigns", "/v2", "/embed", "/rerank", "/predict", "/v1/embeddings", "/v1/completions", "/v1/chat"];

    private readonly int most = options.Value.MaxInFlight;
    private int inFlight;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(Admit);
        next(app);
    };

    private RequestDelegate Admit(RequestDelegate next) => context => IsQuestion(context.Request) ? AnswerAsync(context, next) : next(context);

    private static bool IsQuestion(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && Questions.Any(path => request.Path.StartsWithSegments(path));

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var isOver = Interlocked.Increment(ref inFlight) > most;
        try
        {
            await (isOver ? RefuseAsync(context.Response) : next(context));
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    }

    private Task RefuseAsync(HttpResponse response)
    {
        metrics.Refused.Add(1, new KeyValuePair<string, object?>("reason", "in_flight"));
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.ContentType = "application/problem+json";
        response.ContentLength = Refusal.Length;
        response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        // It says nothing about the shop, so any page may read it; without, a shop's page would see a failure of the network.
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.AccessControlExposeHeaders = "Retry-After";
        return response.Body.WriteAsync(Refusal).AsTask();
    }
}
