using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Alerts;

[JsonConverter(typeof(JsonStringEnumConverter<AlertState>))]
public enum AlertState
{
    /// <summary>The condition holds, but not yet as long as the rule's <c>for</c> asks.</summary>
    [JsonStringEnumMemberName("pending")] Pending,
    [JsonStringEnumMemberName("firing")] Firing,
    [JsonStringEnumMemberName("resolved")] Resolved,
}

/// <summary>What a rule found wrong with one series, from the moment it began until it was over.</summary>
/// <param name="Labels">The series' labels (model, arm …), the rule's own, <c>rule</c> and <c>severity</c>: what silences match.</param>
/// <param name="Value">The metric's value when it was last looked at; ratios are from 0 to 1, latencies in seconds.</param>
/// <param name="Reason">What was seen, against what limit.</param>
/// <param name="SeenAt">When the condition last held.</param>
/// <param name="Returns">How often it came back within an hour: each time doubles the calm that resolves it.</param>
/// <param name="SilencedBy">The silence that keeps it from being sent.</param>
public sealed record Alert(
    Guid Id,
    string Rule,
    AlertState State,
    string Severity,
    string Route,
    IReadOnlyDictionary<string, string> Labels,
    string Metric,
    double Value,
    string Reason,
    string? Summary,
    string? Runbook,
    DateTimeOffset StartedAt,
    DateTimeOffset? FiredAt,
    DateTimeOffset? ResolvedAt,
    DateTimeOffset SeenAt,
    int Returns,
    Acknowledgement? Acknowledged,
    Guid? SilencedBy);

/// <summary>Somebody has taken an alert on: it is not repeated any more.</summary>
public sealed record Acknowledgement(string By, string? Note, DateTimeOffset Time);

public sealed record AcknowledgementRequest(string? Note = null);

/// <summary>How many alerts fire, of which severity.</summary>
public sealed record AlertCount(int Firing, int Critical);
