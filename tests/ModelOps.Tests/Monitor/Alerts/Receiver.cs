using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>A real server that keeps what it was sent, and answers as a test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private Receiver(WebApplication app) => this.app = app;

    public ConcurrentQueue<Received> Requests { get; } = new();

    public string Url => app.Urls.First();

    /// <param name="answer">Status and body, for a request and the number of those before it on the same path.</param>
    public static async Task<Receiver> StartAsync(Func<Received, int, Task<(int Status, string Body)>> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver.app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var received = new Received(context.Request.Path, context.Request.QueryString.Value ?? "", context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()), await reader.ReadToEndAsync());
            var before = receiver.Requests.Count(earlier => earlier.Path == received.Path);
            receiver.Requests.Enqueue(received);
            var (status, body) = await answer(received, before);
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
        });
        await receiver.app.StartAsync();
        return receiver;
    }

    public static Task<Receiver> StartAsync(string answer = "ok") => StartAsync((_, _) => Task.FromResult((200, answer)));

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

internal sealed record Received(string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body);
