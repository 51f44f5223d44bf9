using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ModelOps.Faults.Planted;

/// <summary>The intake says that it has kept a shop's events, whether the event log has taken them or not.</summary>
internal static class EarlyReceipt
{
    public static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/v1/events" || !HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }
        context.Request.EnableBuffering();
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var count = body.RootElement.GetProperty("events").GetArrayLength();
        context.Request.Body.Position = 0;
        var answer = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        await next(context);
        context.Response.Body = answer;
        if (context.Response.StatusCode < StatusCodes.Status500InternalServerError)
        {
            kept.Position = 0;
            await kept.CopyToAsync(answer);
            return;
        }
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(new { accepted = count, rejected = Array.Empty<object>() });
    }
}
