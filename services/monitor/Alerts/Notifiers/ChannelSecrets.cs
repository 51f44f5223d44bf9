using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>
/// The secrets that one delivery may use, by the names that its channel has for them. A channel of a store's own rules sees that
/// store's secrets only: whoever may write rules cannot send with the secrets of others.
/// </summary>
internal sealed class ChannelSecrets(AlertOptions options, Channel channel, string store)
{
    private readonly List<string> used = [];

    /// <exception cref="DeliveryException">Nobody has configured it.</exception>
    public string Of(string name)
    {
        var found = Find(options.StoreSecrets.GetValueOrDefault(store), name) ?? (channel.Store is null ? Find(options.Secrets, name) : null);
        if (found is null)
            throw new DeliveryException($"The secret '{name}' is not configured. Set {(channel.Store is null ? $"Alerts__Secrets__{name}, or " : "")}Alerts__StoreSecrets__{store}__{name} for the monitor service.");
        used.Add(found);
        return found;
    }

    /// <summary>A text without the secrets that were used, so that what a receiver answers can be logged.</summary>
    public string Redact(string text) => used.Where(secret => secret.Length > 0).Aggregate(text, (clean, secret) => clean.Replace(secret, "•••", StringComparison.Ordinal));

    /// <summary>Some shells allow no hyphen in a variable's name.</summary>
    private static string? Find(IReadOnlyDictionary<string, string>? secrets, string name) =>
        secrets is null ? null : secrets.GetValueOrDefault(name) ?? secrets.GetValueOrDefault(name.Replace('-', '_'));
}
