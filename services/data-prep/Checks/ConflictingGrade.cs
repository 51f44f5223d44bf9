using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>One product that answers one query well and not so well.</summary>
internal sealed record ConflictingGrade() : TableCheck("conflicting-grade", "Judgements of the same query and product with different grades", Severity.Warning, RowAction.Keep)
{
    private static readonly string Pair = $"({PlainText.Of("query")}, item_id)";

    public override IReadOnlyList<TableFinding> Findings { get; } =
        [new(SourceKind.Judgements, $"{Pair} IN (SELECT {Pair} FROM {StagedSource.Table(SourceKind.Judgements)} GROUP BY ALL HAVING count(DISTINCT {FieldSql.Value(FieldType.Number, "grade")}) > 1)")];
}
