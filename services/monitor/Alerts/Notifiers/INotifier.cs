using ModelOps.Monitor.Alerts.Delivery;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>A way to reach people. One is a file, and a line in <see cref="NotifierList"/>.</summary>
internal interface INotifier
{
    string Kind { get; }

    /// <summary>Sends once.</summary>
    /// <exception cref="DeliveryException">The receiver did not take the message; it is tried again.</exception>
    Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken);
}

/// <summary>A message on its way to one channel.</summary>
/// <param name="Id">The same in every attempt.</param>
internal sealed record Outgoing(Guid Id, Channel Channel, AlertMessage Message, ChannelSecrets Secrets, DateTimeOffset Now)
{
    /// <summary>The channel's URL, as it stands in the rules or in the configuration.</summary>
    public Uri Url => Channel[ChannelKeys.Url] is { } url ? new Uri(url)
        : Uri.TryCreate(Secrets.Of(Channel[ChannelKeys.UrlSecret]!), UriKind.Absolute, out var secret) ? secret
        : throw new DeliveryException($"The secret '{Channel[ChannelKeys.UrlSecret]}' is no URL.");
}

/// <summary>The keys that a kind of channel takes beside <c>name</c> and <c>kind</c>.</summary>
internal sealed record ChannelKeys(IReadOnlyList<string> Required, IReadOnlyList<string> Optional)
{
    public const string Url = "url";
    public const string UrlSecret = "url_secret";
    public const string To = "to";

    /// <summary>The secret that signs.</summary>
    public const string Secret = "secret";

    public IReadOnlyList<string> All { get; } = [.. Required, .. Optional];
}

/// <summary>A receiver did not take a message.</summary>
/// <param name="after">When the receiver said to try again.</param>
internal sealed class DeliveryException(string reason, TimeSpan? after = null, Exception? cause = null) : Exception(reason, cause)
{
    public TimeSpan? After => after;
}
