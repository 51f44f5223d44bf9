using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Signing;
using ModelOps.ServiceDefaults.Outgoing;

namespace ModelOps.Inference.Assist;

/// <summary>What the shop's order system says to a question.</summary>
/// <param name="Answer">Shown to the customer as it is.</param>
internal sealed record OrderAnswer(string? Answer, string? Order = null, string? Link = null);

/// <summary>
/// Asks the shop's order system by a signed webhook. It gets the user as the storefront named it, and decides what that user may see. Its
/// address is an operator's, and still guarded: nothing of the house can be reached through it.
/// </summary>
internal sealed class OrderSystem : IDisposable
{
    private const int MostAnswered = 64 * 1024, LongestAnswer = 2000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly OrderWebhookOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<OrderSystem> logger;
    private readonly HttpClient http;

    public OrderSystem(IOptions<AssistOptions> options, TimeProvider time, ILogger<OrderSystem> logger)
    {
        (this.options, this.time, this.logger) = (options.Value.Orders, time, logger);
        var connections = new GuardedConnections([.. this.options.AllowedNetworks.Select(IPNetwork.Parse)], "Assist:Orders:AllowedNetworks");
        http = new HttpClient(connections.Handler()) { Timeout = TimeSpan.FromSeconds(this.options.TimeoutSeconds), MaxResponseContentBufferSize = MostAnswered };
    }

    public bool Answers(StoreId store) => options.Urls.ContainsKey(store.ToString()) && options.Secrets.ContainsKey(store.ToString());

    /// <returns>Null when it does not answer, or nothing that can be shown.</returns>
    public async Task<OrderAnswer?> AskAsync(StoreId store, string message, string? user, string? order, string language, CancellationToken cancellationToken)
    {
        var (url, secret) = (options.Urls[store.ToString()], options.Secrets[store.ToString()]);
        var body = JsonSerializer.Serialize(new { Type = "assist.order", Data = new { Store = store.ToString(), User = user, Order = order, Message = message, Language = language } }, Json);
        var (id, timestamp) = (Guid.NewGuid().ToString(), time.GetUtcNow().ToUnixTimeSeconds());
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Of(secret, id, timestamp, body));
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            var answer = JsonSerializer.Deserialize<OrderAnswer>(await response.Content.ReadAsStringAsync(cancellationToken), Json);
            return answer is { Answer.Length: > 0 and <= LongestAnswer } ? answer with { Link = IsWeb(answer.Link) ? answer.Link : null } : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogWarning("The order system of store {Store} does not answer: {Reason}", store, exception.GetBaseException().Message);
            return null;
        }
    }

    private static bool IsWeb(string? link) => Uri.TryCreate(link, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);

    public void Dispose() => http.Dispose();
}
