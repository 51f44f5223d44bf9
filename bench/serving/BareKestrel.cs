using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ModelOps.Bench.Serving;

/// <summary>The limit of cached answers: Kestrel that gives the same bytes whatever it is asked.</summary>
internal static class BareKestrel
{
    public static void Run(int port, string answerFile)
    {
        var answer = File.ReadAllBytes(answerFile);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.MapPost("/v1/recommendations", async (HttpContext context) =>
        {
            var body = context.Request.BodyReader;
            while (await body.ReadAsync() is var read)
            {
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = answer.Length;
            await context.Response.BodyWriter.WriteAsync(answer);
        });
        app.Run();
    }
}
