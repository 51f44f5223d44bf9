namespace ModelOps.Contracts.Alerts;

/// <summary>A store's alert rules as they were at one time. They add to the rules that come with the deployment, or replace those of the same name.</summary>
/// <param name="Version">From 1; 0 while the store has none of its own.</param>
/// <param name="Yaml">docs/alerts.md explains every key.</param>
public sealed record AlertRuleSet(int Version, string Yaml, string? By, string? Reason, DateTimeOffset Time);

/// <param name="Version">The version that was edited: somebody else's change in between is not overwritten. Absent replaces whatever is there.</param>
public sealed record NewAlertRuleSet(string? Yaml, string? Reason = null, int? Version = null);
