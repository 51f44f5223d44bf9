using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts.Delivery;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Monitor.Alerts;

/// <summary>Decides what each route is told, and writes it into the outbox with the mark that it was.</summary>
internal static class Grouping
{
    /// <param name="alerts">Of one store.</param>
    /// <param name="silences">In effect now.</param>
    public static IEnumerable<DeliveryRow> Tell(IEnumerable<AlertRow> alerts, IReadOnlyDictionary<string, AlertRoute> routes, IReadOnlyList<SilenceRow> silences, DateTimeOffset now)
    {
        foreach (var group in alerts.Where(alert => !silences.Any(silence => silence.Matches(alert.Labels))).GroupBy(alert => alert.Route).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            if (!routes.TryGetValue(group.Key, out var route))
                continue; // the rule and its route were taken away; what fired of it is on the dashboard
            var due = group.Where(alert => IsNews(alert) || IsDueAgain(alert, route, now)).ToList();
            if (!due.Exists(alert => !IsNews(alert) || now - ChangedAt(alert) >= route.GroupWait))
                continue;
            foreach (var alert in due)
                (alert.Told, alert.ToldAt) = (alert.State, now);
            foreach (var channel in route.Channels)
                yield return NewDelivery(channel, AlertMessage.Of(due[0].Store, route.Name, due, now), now);
        }
    }

    public static DeliveryRow NewDelivery(string channel, AlertMessage message, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Store = message.Store,
        Route = message.Route,
        Channel = channel,
        Message = message,
        State = DeliveryState.Pending,
        CreatedAt = now,
        NextAttemptAt = now,
    };

    /// <summary>What was over before anybody heard of it is no news.</summary>
    private static bool IsNews(AlertRow alert) => alert.State switch
    {
        AlertState.Firing => alert.Told != AlertState.Firing,
        AlertState.Resolved => alert.Told == AlertState.Firing,
        _ => false,
    };

    private static bool IsDueAgain(AlertRow alert, AlertRoute route, DateTimeOffset now) =>
        alert is { State: AlertState.Firing, Told: AlertState.Firing, AcknowledgedAt: null } && now - alert.ToldAt >= route.Repeat;

    private static DateTimeOffset ChangedAt(AlertRow alert) => (alert.State == AlertState.Firing ? alert.FiredAt : alert.ResolvedAt) ?? alert.StartedAt;
}
