using System.Security.Cryptography;
using System.Text;
using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Monitor.Alerts;

/// <summary>The life of an alert: pending, firing, resolved; and again, where it comes back.</summary>
internal static class Episode
{
    /// <summary>An alert that comes back within this time is the same one, and is resolved all the more slowly.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private static readonly TimeSpan ShortestCalm = TimeSpan.FromMinutes(1);

    /// <summary>The same for the same rule and series of a store, whatever its value: alerts are told apart by it.</summary>
    public static string Fingerprint(string store, string rule, IReadOnlyDictionary<string, string> series) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{store}\n{rule}\n{string.Join('\n', series.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}")).AsSpan(0, 16));

    /// <summary>Its condition holds for the first time.</summary>
    public static AlertRow Begin(string store, AlertRule rule, IReadOnlyDictionary<string, string> series, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Store = store,
        Fingerprint = Fingerprint(store, rule.Name, series),
        Rule = rule.Name,
        Severity = rule.Severity,
        Route = rule.Route,
        Labels = series,
        Metric = rule.Metric,
        Reason = "",
        State = AlertState.Pending,
        StartedAt = now,
        SeenAt = now,
    };

    /// <summary>Its condition holds.</summary>
    public static void Holds(AlertRow alert, AlertRule rule, DateTimeOffset now)
    {
        alert.SeenAt = now;
        if (alert.State == AlertState.Resolved)
            (alert.State, alert.StartedAt) = (AlertState.Pending, now);
        if (alert.State != AlertState.Pending || now - alert.StartedAt < rule.For)
            return;
        if (alert.ResolvedAt is not null)
        {
            alert.Returns++;
            (alert.AcknowledgedBy, alert.AcknowledgementNote, alert.AcknowledgedAt) = (null, null, null);
        }
        (alert.State, alert.FiredAt, alert.ResolvedAt) = (AlertState.Firing, now, null);
    }

    /// <summary>Its condition does not hold.</summary>
    /// <param name="keepFiringFor">Of its rule; zero where the rule is gone.</param>
    /// <returns>False where the alert never fired: there is nothing to keep.</returns>
    public static bool IsOver(AlertRow alert, TimeSpan keepFiringFor, DateTimeOffset now)
    {
        if (alert.State == AlertState.Pending)
        {
            alert.State = AlertState.Resolved; // as it was, before it nearly came back
            return alert.FiredAt is not null;
        }
        if (alert.State == AlertState.Firing && now - alert.SeenAt >= Calm(alert, keepFiringFor))
            (alert.State, alert.ResolvedAt) = (AlertState.Resolved, now);
        return true;
    }

    /// <summary>Each return doubles the calm that it takes, up to an hour: an alert that flaps is one alert, not twenty.</summary>
    private static TimeSpan Calm(AlertRow alert, TimeSpan keepFiringFor)
    {
        if (alert.Returns == 0)
            return keepFiringFor;
        var calm = (keepFiringFor > ShortestCalm ? keepFiringFor : ShortestCalm) * Math.Pow(2, Math.Min(alert.Returns, 10));
        return calm < Memory ? calm : keepFiringFor > Memory ? keepFiringFor : Memory;
    }
}
