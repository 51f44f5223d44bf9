using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Reviews;

/// <summary>A row whose label a machine is not sure of, for a person to decide.</summary>
/// <param name="Version">The dataset version that asked last.</param>
/// <param name="Key">Tells the row from others: an id, or a hash of what it says.</param>
/// <param name="Text">What there is to read.</param>
/// <param name="Details">The row's columns.</param>
/// <param name="Reason"><c>conflict</c> when functions disagree, else <c>uncertain</c>.</param>
/// <param name="Candidates">The likeliest labels first; another may be answered.</param>
/// <param name="Revision">Counts the changes; an answer names the one that it saw.</param>
public sealed record Review(
    long Id,
    string Dataset,
    int Version,
    string Table,
    string Column,
    string Key,
    string Text,
    IReadOnlyDictionary<string, string> Details,
    string Reason,
    IReadOnlyList<ReviewCandidate> Candidates,
    ReviewState State,
    string? Answer,
    string? ReviewedBy,
    DateTimeOffset? ReviewedAt,
    int Revision);

[JsonConverter(typeof(JsonStringEnumConverter<ReviewState>))]
public enum ReviewState
{
    [JsonStringEnumMemberName("open")] Open,
    [JsonStringEnumMemberName("answered")] Answered,
    [JsonStringEnumMemberName("skipped")] Skipped,
}

/// <param name="Because">The functions that voted for it, or the text that it is like.</param>
public sealed record ReviewCandidate(string Label, double Confidence, IReadOnlyList<string> Because);

/// <param name="Label">One of the candidates, or another.</param>
/// <param name="Revision">The revision that the reviewer saw.</param>
public sealed record ReviewAnswer(string Label, int Revision);

/// <param name="Revision">The revision that the reviewer saw.</param>
public sealed record ReviewRevision(int Revision);

/// <summary>How many rows of a column wait for a person.</summary>
/// <param name="Taken">Of the answered, those that the latest version has.</param>
/// <param name="Labels">What may be answered, the most frequent first.</param>
public sealed record ReviewSummary(string Table, string Column, int Open, int Skipped, int Answered, int Taken, IReadOnlyList<string> Labels);
