using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Drift;

/// <summary>Whether a day, and the week that it ends, look like the days that a version learned from.</summary>
/// <param name="Version">The champion, whose training data the window was held against.</param>
/// <param name="From">The beginning of the longer window, in UTC as all days.</param>
/// <param name="To">Its end.</param>
/// <param name="Reasons">What moved, in words, the surest first; or why nothing can be said.</param>
/// <param name="Reference">The days that the window was held against; null where there are too few.</param>
/// <param name="Compared">Comparisons made.</param>
/// <param name="Drifted">Of them, those that moved.</param>
public sealed record DriftReport(
    long Id,
    string Model,
    int Version,
    DateTimeOffset From,
    DateTimeOffset To,
    DateTimeOffset At,
    DriftOutcome Outcome,
    bool IsDrifted,
    IReadOnlyList<string> Reasons,
    DriftReference? Reference,
    int Compared,
    int Drifted);

[JsonConverter(typeof(JsonStringEnumConverter<DriftOutcome>))]
public enum DriftOutcome
{
    [JsonStringEnumMemberName("cannot_tell")] CannotTell,
    [JsonStringEnumMemberName("quiet")] Quiet,
    [JsonStringEnumMemberName("drifted")] Drifted,
}

/// <param name="Source"><c>training</c> for days before the training data's end; <c>first-days</c> for the first ones after it, where the event log does not go back so far.</param>
/// <param name="Days">With shoppers, between the two.</param>
public sealed record DriftReference(string Source, DateTimeOffset From, DateTimeOffset To, int Days);

/// <summary>A report with all that was compared.</summary>
/// <param name="Findings">What moved first, then by how sure it is.</param>
public sealed record DriftEvidence(DriftReport Report, IReadOnlyList<DriftFinding> Findings);

/// <summary>One measure of one segment over one window, against the reference.</summary>
/// <param name="Measure">For example <c>category</c>; docs/drift.md has them all.</param>
/// <param name="Segment"><c>all</c>, <c>new</c>, <c>known</c> or <c>category:…</c>.</param>
/// <param name="Days">Of the window.</param>
/// <param name="Test">How the distance was measured.</param>
/// <param name="Value">The distance.</param>
/// <param name="Usual">The median distance of such a window among the reference's own days.</param>
/// <param name="Threshold">Below this it is no drift, however sure.</param>
/// <param name="Probability">Of such a distance on days like the reference's.</param>
/// <param name="AdjustedProbability">The same after Benjamini and Hochberg, over all comparisons of the report.</param>
/// <param name="Shoppers">In the window, with a value.</param>
/// <param name="Bars">Both histograms.</param>
public sealed record DriftFinding(
    string Measure,
    string Segment,
    int Days,
    string Test,
    double Value,
    double Usual,
    double Threshold,
    double Probability,
    double AdjustedProbability,
    bool IsDrifted,
    long Shoppers,
    long ReferenceShoppers,
    IReadOnlyList<DriftBar> Bars);

/// <summary>One bar of the two histograms, as shares.</summary>
/// <param name="Value">For numbers the bar's range, as <c>10 – 20</c>.</param>
public sealed record DriftBar(string Value, double Reference, double Window);
