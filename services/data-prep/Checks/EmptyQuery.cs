using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Checks;

/// <summary>Nobody asks for punctuation.</summary>
internal sealed record EmptyQuery() : TableCheck("empty-query", "Judgements of queries without a letter or digit", Severity.Warning, RowAction.Quarantine)
{
    public override IReadOnlyList<TableFinding> Findings { get; } = [new(SourceKind.Judgements, @"NOT regexp_matches(query, '[\p{L}\p{N}]')")];
}
