using System.Globalization;
using System.Text;
using ModelOps.Monitor.Alerts.Notifiers;
using ModelOps.Monitor.Alerts.Rules;
using ModelOps.ServiceDefaults;

namespace ModelOps.Monitor.Alerts.Export;

/// <summary>A book's routes as Alertmanager's, with the channels that Alertmanager speaks itself; the monitor reaches the others.</summary>
internal static class AlertmanagerConfig
{
    private const string Unrouted = "dashboard-only";
    private const string Secrets = "/etc/alertmanager/secrets";

    public static string Write(AlertBook book)
    {
        var text = new StringBuilder(AlertExport.Header);
        if (book.Channels.Values.Any(channel => channel.Kind == EmailNotifier.Name))
            text.Append("global:\n  smtp_smarthost: mail.example.com:587 # yours\n  smtp_from: modelops@example.com\n");
        text.Append(CultureInfo.InvariantCulture, $"route:\n  receiver: {Unrouted}\n  group_by: [route, store]\n  routes:\n");
        foreach (var route in book.Routes.Values)
        {
            text.Append(CultureInfo.InvariantCulture, $"    - matchers: ['route=\"{route.Name}\"']\n      receiver: {route.Name}\n");
            text.Append(CultureInfo.InvariantCulture, $"      group_wait: {LengthOfTime.Exact(route.GroupWait)}\n      repeat_interval: {LengthOfTime.Exact(route.Repeat)}\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"receivers:\n  - name: {Unrouted}\n");
        foreach (var route in book.Routes.Values)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - name: {route.Name}\n");
            foreach (var kind in route.Channels.Select(name => book.Channels[name]).GroupBy(channel => KeyOf(channel)))
            {
                if (kind.Key is not null)
                    text.Append(CultureInfo.InvariantCulture, $"    {kind.Key}:\n");
                foreach (var channel in kind)
                    text.Append(Receiver(channel));
            }
        }
        return text.ToString();
    }

    /// <returns>Null for what Alertmanager cannot do.</returns>
    private static string? KeyOf(Channel channel) => channel switch
    {
        { Kind: EmailNotifier.Name } => "email_configs",
        { Kind: SlackNotifier.Name } => "slack_configs",
        { Kind: WebhookNotifier.Name } when channel[ChannelKeys.Url] is not null => "webhook_configs",
        _ => null,
    };

    private static string Receiver(Channel channel) => KeyOf(channel) switch
    {
        "email_configs" => $"      - to: {AlertExport.Quoted(string.Join(", ", channel.To))}\n        send_resolved: true\n",
        "slack_configs" => $"      - {(channel[ChannelKeys.Url] is { } url ? $"api_url: {AlertExport.Quoted(url)}" : $"api_url_file: {Secrets}/{channel[ChannelKeys.UrlSecret]}")}\n        send_resolved: true\n",
        "webhook_configs" => $"      - url: {AlertExport.Quoted(channel[ChannelKeys.Url]!)}\n        send_resolved: true\n",
        _ => $"    # {channel.Name} ({channel.Kind}) is not for Alertmanager: the monitor reaches it by itself.\n",
    };
}
