using System.Text;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>A WeCom (企业微信) group robot; its URL carries the key, which is the secret.</summary>
internal sealed class WeComNotifier(OutgoingHttp http) : INotifier
{
    public const string Name = "wecom";
    private const int MostBytes = 4096; // of UTF-8; more is refused

    public static readonly ChannelKeys Keys = new([], [ChannelKeys.Url, ChannelKeys.UrlSecret]);

    public string Kind => Name;

    public async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var answer = await http.PostAsync(outgoing.Url, new { msgtype = "markdown", markdown = new { content = Cut($"**{outgoing.Message.Title}**\n{outgoing.Message.Text()}") } }, cancellationToken);
        answer.RequireZero("errcode", "WeCom");
    }

    private static string Cut(string text)
    {
        var kept = text;
        while (Encoding.UTF8.GetByteCount(kept) > MostBytes)
            kept = kept[..^(char.IsLowSurrogate(kept[^1]) ? 2 : 1)];
        return kept;
    }
}
