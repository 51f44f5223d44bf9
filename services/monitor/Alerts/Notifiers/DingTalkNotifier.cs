using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>A DingTalk group robot. With <c>secret</c> its URL is signed (加签): HMAC-SHA256 of <c>timestamp\nsecret</c>, valid for an hour.</summary>
internal sealed class DingTalkNotifier(OutgoingHttp http) : INotifier
{
    public const string Name = "dingtalk";

    public static readonly ChannelKeys Keys = new([], [ChannelKeys.Url, ChannelKeys.UrlSecret, ChannelKeys.Secret]);

    public string Kind => Name;

    public async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var url = outgoing.Channel[ChannelKeys.Secret] is { } secret ? Signed(outgoing.Url, outgoing.Secrets.Of(secret), outgoing.Now) : outgoing.Url;
        var message = outgoing.Message;
        var answer = await http.PostAsync(url, new { msgtype = "markdown", markdown = new { title = message.Title, text = $"### {message.Title}\n\n{message.Text().Replace("\n", "\n\n", StringComparison.Ordinal)}" } }, cancellationToken);
        answer.RequireZero("errcode", "DingTalk");
    }

    public static Uri Signed(Uri url, string secret, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var sign = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}\n{secret}")));
        return new Uri($"{url}{(url.Query.Length == 0 ? '?' : '&')}timestamp={timestamp}&sign={Uri.EscapeDataString(sign)}");
    }
}
