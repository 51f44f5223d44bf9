namespace ModelOps.Monitor.Alerts.Rules;

/// <summary>A condition on a metric, checked; docs/alerts.md explains every key.</summary>
/// <param name="Window">The stretch of time that the metric is taken over.</param>
/// <param name="AtLeast">Observations in the window below which nothing is said.</param>
/// <param name="For">How long the condition has to hold before the alert fires.</param>
/// <param name="KeepFiringFor">How long it has to be over before the alert is resolved.</param>
/// <param name="Where">Labels that a series must have, by name.</param>
internal sealed record AlertRule(
    string Name,
    string Metric,
    TimeSpan Window,
    Condition Condition,
    long AtLeast,
    TimeSpan For,
    TimeSpan KeepFiringFor,
    string Severity,
    string Route,
    IReadOnlyDictionary<string, string> Where,
    IReadOnlyDictionary<string, string> Labels,
    string? Summary,
    string? Runbook,
    bool Enabled,
    Place Place)
{
    public const string Critical = "critical";

    /// <summary>Labels that every alert has; a rule cannot set them.</summary>
    public const string NameLabel = "rule";
    public const string SeverityLabel = "severity";
    public const string StoreLabel = "store";

    public static readonly IReadOnlyList<string> Severities = [Critical, "warning", "info"];

    public bool Concerns(IReadOnlyDictionary<string, string> series) => Where.All(label => series.GetValueOrDefault(label.Key) == label.Value);
}

/// <summary>Where alerts of some rules go.</summary>
/// <param name="GroupWait">What changes within this time is one message.</param>
/// <param name="Repeat">After which an alert that still fires and that nobody has acknowledged is sent again.</param>
internal sealed record AlertRoute(string Name, IReadOnlyList<string> Channels, TimeSpan GroupWait, TimeSpan Repeat, Place Place);

/// <summary>One receiver of messages.</summary>
/// <param name="Settings">The keys of its kind, as written.</param>
/// <param name="To">Addresses or numbers, where its kind has them.</param>
/// <param name="Store">The store whose rules name it; null where it comes with the deployment. Decides which secrets it may use.</param>
internal sealed record Channel(string Name, string Kind, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<string> To, string? Store, Place Place)
{
    public string? this[string key] => Settings.GetValueOrDefault(key);
}

/// <summary>Where something is written.</summary>
internal readonly record struct Place(string File, long Line, long Column)
{
    public override string ToString() => $"{(File.Length == 0 ? "" : $"{File}, ")}line {Line}, column {Column}";
}
