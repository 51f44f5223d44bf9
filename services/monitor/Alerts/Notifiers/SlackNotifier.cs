namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>A Slack incoming webhook; its URL is the secret. Mattermost and Rocket.Chat take the same.</summary>
internal sealed class SlackNotifier(OutgoingHttp http) : INotifier
{
    public const string Name = "slack";

    public static readonly ChannelKeys Keys = new([], [ChannelKeys.Url, ChannelKeys.UrlSecret]);

    public string Kind => Name;

    public Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken) =>
        http.PostAsync(outgoing.Url, new { text = $"*{Escaped(outgoing.Message.Title)}*\n{Escaped(outgoing.Message.Text())}" }, cancellationToken);

    /// <summary>The three characters that Slack gives a meaning, so that no label can mention the whole channel.</summary>
    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
