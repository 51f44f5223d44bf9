using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Checks;

/// <summary>A text without a letter, digit or symbol of its own says nothing that an intent could be learned from.</summary>
internal sealed record EmptyMessage() : TableCheck("empty-message", "Messages of punctuation alone", Severity.Warning, RowAction.Quarantine)
{
    public override IReadOnlyList<TableFinding> Findings { get; } = [new(SourceKind.Messages, @"NOT regexp_matches(text, '[\p{L}\p{N}\p{S}]')")];
}
