using System.ComponentModel.DataAnnotations;

namespace ModelOps.Pipeline.Automation;

/// <summary>The configuration section <c>Automation</c>.</summary>
internal sealed class AutomationOptions
{
    /// <summary>How often schedules and triggers are looked at.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")] public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Secret by store id, for the signatures of webhooks: <c>Automation__WebhookSecrets__main=…</c>. At least 16 characters.</summary>
    public Dictionary<string, string> WebhookSecrets { get; init; } = [];

    /// <summary>How far a webhook's clock may be from this one's.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")] public TimeSpan WebhookTolerance { get; init; } = TimeSpan.FromMinutes(5);
}
