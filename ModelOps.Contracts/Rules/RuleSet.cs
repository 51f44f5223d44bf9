namespace ModelOps.Contracts.Rules;

/// <summary>A store's merchandising rules as they were at one time.</summary>
/// <param name="Version">From 1; 0 while the store has none.</param>
/// <param name="Yaml">docs/merchandise.md explains every key.</param>
public sealed record RuleSet(int Version, string Yaml, string? By, string? Reason, DateTimeOffset Time);

/// <param name="Version">The version that was edited: somebody else's change in between is not overwritten. Absent replaces whatever is there.</param>
public sealed record NewRuleSet(string? Yaml, string? By = null, string? Reason = null, int? Version = null);
