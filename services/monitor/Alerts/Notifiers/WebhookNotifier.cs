using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Contracts.Signing;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>JSON to any URL, signed as Standard Webhooks (and Svix) does: a receiver verifies it with their libraries, and drops an id that it knows.</summary>
internal sealed class WebhookNotifier(OutgoingHttp http) : INotifier
{
    public const string Name = "webhook";

    public static readonly ChannelKeys Keys = new([ChannelKeys.Secret], [ChannelKeys.Url, ChannelKeys.UrlSecret]);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string Kind => Name;

    public async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var message = outgoing.Message;
        var body = JsonSerializer.Serialize(new
        {
            Type = $"alerts.{message.Status}",
            Timestamp = message.Time,
            Data = new { outgoing.Id, message.Store, message.Route, message.Status, message.Title, message.Alerts },
        }, Json);
        var (id, timestamp) = (outgoing.Id.ToString(), outgoing.Now.ToUnixTimeSeconds());
        using var request = new HttpRequestMessage(HttpMethod.Post, outgoing.Url) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Of(outgoing.Secrets.Of(outgoing.Channel[ChannelKeys.Secret]!), id, timestamp, body));
        await http.SendAsync(request, cancellationToken);
    }
}
