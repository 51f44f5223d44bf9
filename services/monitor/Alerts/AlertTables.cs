using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts.Delivery;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Monitor.Alerts;

/// <summary>What the alerts keep in <c>monitordb</c>.</summary>
internal static class AlertTables
{
    public static void AddAlertTables(this ModelBuilder model)
    {
        model.Entity<AlertRow>(alert =>
        {
            alert.ToTable("alerts").HasKey(row => row.Id);
            alert.Property(row => row.State).HasConversion<string>();
            alert.Property(row => row.Told).HasConversion<string>();
            alert.Property(row => row.Labels).IsJson();
            alert.HasIndex(row => new { row.Store, row.Fingerprint }).IsUnique().HasFilter("state <> 'Resolved'");
            alert.HasIndex(row => new { row.Store, row.StartedAt });
        });
        model.Entity<SilenceRow>(silence =>
        {
            silence.ToTable("alert_silences").HasKey(row => row.Id);
            silence.Property(row => row.Matchers).IsJson();
            silence.HasIndex(row => new { row.Store, row.Until });
        });
        model.Entity<RuleSetRow>().ToTable("alert_rule_sets").HasKey(row => new { row.Store, row.Version });
        model.Entity<DeliveryRow>(delivery =>
        {
            delivery.ToTable("alert_deliveries").HasKey(row => row.Id);
            delivery.Property(row => row.Number).UseIdentityAlwaysColumn();
            delivery.Property(row => row.State).HasConversion<string>();
            delivery.Property(row => row.Message).IsJson();
            delivery.Property(row => row.Log).IsJson();
            delivery.Property(row => row.Attempts).IsConcurrencyToken(); // the fence: whoever claims it next counts on
            delivery.HasIndex(row => new { row.Store, row.Number });
            delivery.HasIndex(row => row.Number).HasFilter("state = 'Pending'");
        });
    }

    private static void IsJson<T>(this PropertyBuilder<T> property) => property.HasColumnType("jsonb").HasConversion(
        value => Text(value),
        text => Value<T>(text),
        new ValueComparer<T>((one, other) => Text(one) == Text(other), value => Text(value).GetHashCode(StringComparison.Ordinal), value => value));

    private static T Value<T>(string text) => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}

/// <summary>One episode of one series of one rule. What receivers were last told stands beside the state, so that nothing is forgotten and nothing said twice.</summary>
internal sealed class AlertRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required string Fingerprint { get; init; }
    public required string Rule { get; init; }
    public AlertState State { get; set; }
    public required string Severity { get; set; }
    public required string Route { get; set; }
    public required IReadOnlyDictionary<string, string> Labels { get; set; }
    public required string Metric { get; set; }
    public double Value { get; set; }
    public required string Reason { get; set; }
    public string? Summary { get; set; }
    public string? Runbook { get; set; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset? FiredAt { get; set; }
    public DateTimeOffset? ResolvedAt { get; set; }
    public DateTimeOffset SeenAt { get; set; }
    public int Returns { get; set; }
    public string? AcknowledgedBy { get; set; }
    public string? AcknowledgementNote { get; set; }
    public DateTimeOffset? AcknowledgedAt { get; set; }

    /// <summary>The state that the route was last told; null while it has been told nothing.</summary>
    public AlertState? Told { get; set; }
    public DateTimeOffset? ToldAt { get; set; }

    public Alert ToContract(IEnumerable<SilenceRow> silences) => new(
        Id, Rule, State, Severity, Route, Labels, Metric, Value, Reason, Summary, Runbook, StartedAt, FiredAt, ResolvedAt, SeenAt, Returns,
        AcknowledgedAt is { } time ? new Acknowledgement(AcknowledgedBy!, AcknowledgementNote, time) : null,
        State == AlertState.Resolved ? null : silences.FirstOrDefault(silence => silence.Matches(Labels))?.Id);
}

internal sealed class SilenceRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required IReadOnlyList<Matcher> Matchers { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset Until { get; set; }
    public required string By { get; init; }
    public required string Reason { get; init; }

    public bool Matches(IReadOnlyDictionary<string, string> labels) => Matchers.All(matcher => matcher.Holds(labels));

    public Silence ToContract() => new(Id, Matchers, From, Until, By, Reason);
}

internal sealed class RuleSetRow
{
    public required string Store { get; init; }
    public required int Version { get; init; }
    public required string Yaml { get; init; }
    public string? By { get; init; }
    public string? Reason { get; init; }
    public required DateTimeOffset Time { get; init; }

    public AlertRuleSet ToContract() => new(Version, Yaml, By, Reason, Time);
}

/// <summary>The outbox: a message to a channel is here before anybody sends it, and stays here as the log of its attempts.</summary>
internal sealed class DeliveryRow
{
    public required Guid Id { get; init; }

    /// <summary>The order in which a channel hears.</summary>
    public long Number { get; init; }
    public required string Store { get; init; }
    public required string Route { get; init; }
    public required string Channel { get; init; }
    public required AlertMessage Message { get; init; }
    public DeliveryState State { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset NextAttemptAt { get; set; }
    public DateTimeOffset? DeliveredAt { get; set; }

    /// <summary>Until when whoever claimed it may still be sending it.</summary>
    public DateTimeOffset? LeasedUntil { get; set; }
    public int Attempts { get; set; }
    public IReadOnlyList<DeliveryAttempt> Log { get; set; } = [];

    public AlertDelivery ToContract() => new(
        Id, Route, Channel, Message.Status, [.. Message.Alerts.Select(alert => alert.Id)], State, CreatedAt, State == DeliveryState.Pending ? NextAttemptAt : null, DeliveredAt, Log);
}
