namespace ModelOps.Contracts.Alerts;

/// <summary>Keeps alerts from being sent until a moment. They are evaluated and shown all the same.</summary>
/// <param name="Matchers">All must hold.</param>
/// <param name="Until">What still fires then is sent.</param>
public sealed record Silence(Guid Id, IReadOnlyList<Matcher> Matchers, DateTimeOffset From, DateTimeOffset Until, string By, string Reason);

/// <summary>A condition on one label, as Alertmanager has it.</summary>
/// <param name="Op"><c>=</c>, <c>!=</c>, <c>=~</c> or <c>!~</c>; a regular expression matches the whole value. A label that is not there is empty.</param>
public sealed record Matcher(string Label, string Value, string Op = "=");

public sealed record SilenceRequest(IReadOnlyList<Matcher>? Matchers, DateTimeOffset? Until, string? Reason);
