using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts.Events;

namespace ModelOps.EndToEnd;

/// <summary>A shop's page on one origin, and before inference, on another, somebody who may refuse what is sent.</summary>
internal sealed class ShopServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient inference;
    private readonly string html;

    private ShopServer(WebApplication app, HttpClient inference, string html) => (this.app, this.inference, this.html) = (app, inference, html);

    public bool IsRefusing { get; set; }

    public int Refused { get; private set; }

    /// <summary>What inference has accepted, by id; a repetition is no second one.</summary>
    public ConcurrentDictionary<string, ShopEvent> Accepted { get; } = new();

    public Uri Page { get; private set; } = null!;

    /// <param name="html">With <c>{api}</c> where the address of the other origin belongs.</param>
    public static async Task<ShopServer> StartAsync(Uri inference, string html)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new ShopServer(builder.Build(), new HttpClient { BaseAddress = inference }, html);
        server.app.Run(server.AnswerAsync);
        await server.app.StartAsync();
        server.Page = new Uri(server.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/shop");
        return server;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path == "/shop")
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(html.Replace("{api}", $"http://localhost:{Page.Port}", StringComparison.Ordinal));
            return;
        }
        using var body = new StreamContent(request.Body);
        using var forwarded = new HttpRequestMessage(new HttpMethod(request.Method), request.Path + request.QueryString) { Content = HttpMethods.IsGet(request.Method) ? null : new ByteArrayContent(await body.ReadAsByteArrayAsync()) };
        foreach (var header in request.Headers.Where(header => header.Key is "Origin" or "Content-Type" || header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)))
            _ = forwarded.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray()) || forwarded.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray()) == true;
        if (IsRefusing && request.Path == "/v1/events")
        {
            Refused++;
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers.RetryAfter = "1";
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        using var answer = await inference.SendAsync(forwarded);
        if (answer.StatusCode == HttpStatusCode.Accepted)
        {
            foreach (var one in JsonSerializer.Deserialize<EventBatch>(await forwarded.Content!.ReadAsByteArrayAsync(), JsonSerializerOptions.Web)!.Events!)
                Accepted[one.Id!] = one;
        }
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not "Transfer-Encoding"))
            context.Response.Headers[header.Key] = header.Value.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    public async ValueTask DisposeAsync()
    {
        inference.Dispose();
        await app.DisposeAsync();
    }
}
