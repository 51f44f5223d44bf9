namespace ModelOps.Contracts.Datasets;

/// <summary>What a version was made of; the same lineage gives the same bytes.</summary>
/// <param name="Sources">Name, kind and SHA-256 of each file, and the mapping that came with it.</param>
/// <param name="Rules">How its rows were judged.</param>
/// <param name="Code">The version of the data-prep service, with the hash of its build.</param>
/// <param name="EventCursor">The event log up to this position is inside.</param>
/// <param name="Files">SHA-256 of each of the version's files.</param>
public sealed record DatasetLineage(
    IReadOnlyList<SourceLineage> Sources,
    DatasetRules Rules,
    string Code,
    long EventCursor,
    IReadOnlyDictionary<string, string> Files)
{
    /// <summary>The answers of people that the version took; null without any.</summary>
    public AnswersLineage? Answers { get; init; }
}

/// <param name="Count">How many.</param>
/// <param name="Sha256">Hash over them in order.</param>
public sealed record AnswersLineage(int Count, string Sha256);

public sealed record SourceLineage(string File, string Kind, string Sha256, string? Mapping);
