namespace ModelOps.Contracts.Datasets;

/// <summary>How a dataset's rows are judged. What is not said has the check's own default.</summary>
/// <param name="Checks">By the check's name, as the report shows it.</param>
/// <param name="Labels">Sessions, weights, labels and splits.</param>
/// <param name="TimeZone">The IANA name of the zone of times without an offset, such as <c>Europe/London</c>; UTC when absent.</param>
/// <param name="Labelling">Columns that are labelled where they are empty; categories of products by their text neighbours unless this says otherwise.</param>
public sealed record DatasetRules(
    IReadOnlyDictionary<string, CheckRule>? Checks = null, string? TimeZone = null, LabelRules? Labels = null, IReadOnlyList<LabelTask>? Labelling = null);

/// <summary>What one check does with what it finds.</summary>
/// <param name="Action"><c>keep</c>, <c>quarantine</c> or <c>drop</c>; for repairs <c>repair</c> or <c>keep</c>.</param>
/// <param name="Limit">The threshold, in the unit that the check's description says.</param>
public sealed record CheckRule(string? Action = null, double? Limit = null);
