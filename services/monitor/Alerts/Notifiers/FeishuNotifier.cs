using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>A Feishu (Lark) group robot. With <c>secret</c> the body is signed: HMAC-SHA256 of nothing, keyed with <c>timestamp\nsecret</c>.</summary>
internal sealed class FeishuNotifier(OutgoingHttp http) : INotifier
{
    public const string Name = "feishu";

    public static readonly ChannelKeys Keys = new([], [ChannelKeys.Url, ChannelKeys.UrlSecret, ChannelKeys.Secret]);

    public string Kind => Name;

    public async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var body = new Dictionary<string, object> { ["msg_type"] = "text", ["content"] = new { text = $"{outgoing.Message.Title}\n{outgoing.Message.Text()}" } };
        if (outgoing.Channel[ChannelKeys.Secret] is { } secret)
        {
            var timestamp = outgoing.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            (body["timestamp"], body["sign"]) = (timestamp, Signature(outgoing.Secrets.Of(secret), timestamp));
        }
        var answer = await http.PostAsync(outgoing.Url, body, cancellationToken);
        answer.RequireZero("code", "Feishu");
    }

    public static string Signature(string secret, string timestamp) => Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes($"{timestamp}\n{secret}"), Array.Empty<byte>()));
}
