using System.Globalization;
using System.Text;
using ModelOps.Contracts.Alerts;

namespace ModelOps.Monitor.Alerts.Delivery;

/// <summary>What a route is told at once: the alerts that changed, or still fire.</summary>
/// <param name="Status"><see cref="Firing"/> while any of them fires, <see cref="Resolved"/>, or <see cref="Test"/>.</param>
internal sealed record AlertMessage(string Store, string Route, string Status, DateTimeOffset Time, IReadOnlyList<AlertNote> Alerts)
{
    public const string Firing = "firing";
    public const string Resolved = "resolved";
    public const string Test = "test";

    /// <summary>Chats and phones take short texts; the rest is a number, and on the dashboard.</summary>
    private const int MostListed = 10;

    public static AlertMessage Of(string store, string route, IReadOnlyList<AlertRow> alerts, DateTimeOffset now) => new(
        store, route, alerts.Any(alert => alert.State == AlertState.Firing) ? Firing : Resolved, now, [.. alerts.OrderBy(alert => alert.State).ThenBy(alert => alert.Rule, StringComparer.Ordinal).Select(AlertNote.Of)]);

    public static AlertMessage OfTest(string store, string route, DateTimeOffset now) => new(store, route, Test, now, []);

    /// <summary>One line, for a subject or a phone.</summary>
    public string Title => Status == Test
        ? $"[TEST] ModelOps can reach this channel ({Store}, {Route})"
        : $"[{Status.ToUpperInvariant()} {Alerts.Count(alert => alert.State == Status)}] {string.Join(", ", Alerts.Where(alert => alert.State == Status).Select(alert => alert.Rule).Distinct().Take(5))} ({Store})";

    /// <summary>A line for each alert, the title left out.</summary>
    public string Text()
    {
        if (Status == Test)
            return "Somebody asked for this test message. Nothing is wrong.";
        var text = new StringBuilder();
        foreach (var alert in Alerts.Take(MostListed))
            text.AppendLine(CultureInfo.InvariantCulture, $"{alert.Line()}");
        if (Alerts.Count > MostListed)
            text.AppendLine(CultureInfo.InvariantCulture, $"and {Alerts.Count - MostListed} more");
        return text.ToString().TrimEnd();
    }
}

/// <summary>One alert of a message, as it was when the message was made.</summary>
internal sealed record AlertNote(
    Guid Id, string Fingerprint, string Rule, string State, string Severity, IReadOnlyDictionary<string, string> Labels, string Metric, double Value, string Reason,
    string? Summary, string? Runbook, DateTimeOffset StartedAt, DateTimeOffset? ResolvedAt)
{
    public static AlertNote Of(AlertRow alert) => new(
        alert.Id, alert.Fingerprint, alert.Rule, alert.State == AlertState.Firing ? AlertMessage.Firing : AlertMessage.Resolved, alert.Severity, alert.Labels, alert.Metric, alert.Value, alert.Reason,
        alert.Summary, alert.Runbook, alert.FiredAt ?? alert.StartedAt, alert.ResolvedAt);

    public string Line()
    {
        var series = string.Join(", ", Labels.Where(label => label.Key is "model" or "arm" or "pipeline").Select(label => $"{label.Key} {label.Value}"));
        var what = $"{State} · {Severity} · {Rule}{(series.Length == 0 ? "" : $" · {series}")}: {Summary ?? Metric}. {Reason}.";
        return Runbook is null ? what : $"{what} {Runbook}";
    }
}
