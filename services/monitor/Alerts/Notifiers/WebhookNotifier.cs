using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>JSON to any URL, signed as Standard Webhooks (and Svix) does: a receiver verifies it with their libraries, and drops an id that it knows.</summary>
internal sealed class WebhookNotifier(OutgoingHttp http) : INotifier
{
    public const string Name = "webhook";
    private const string SecretPrefix = "whsec_"; // base64 follows

    public static readonly ChannelKeys Keys = new([ChannelKeys.Secret], [ChannelKeys.Url, ChannelKeys.UrlSecret]);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string Kind => Name;

    public async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var message = outgoing.Message;
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            Type = $"alerts.{message.Status}",
            Timestamp = message.Time,
            Data = new { outgoing.Id, message.Store, message.Route, message.Status, message.Title, message.Alerts },
        }, Json);
        var timestamp = outgoing.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, outgoing.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", outgoing.Id.ToString());
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", Signature(outgoing.Secrets.Of(outgoing.Channel[ChannelKeys.Secret]!), outgoing.Id.ToString(), timestamp, body));
        await http.SendAsync(request, cancellationToken);
    }

    /// <summary><c>v1,</c> and base64 of HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
    public static string Signature(string secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        var key = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? Convert.FromBase64String(secret[SecretPrefix.Length..]) : Encoding.UTF8.GetBytes(secret);
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]))}";
    }
}
