using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>A scale begins at 0, and one grade far above it would make all others look alike. The limit is the scale's highest grade; a shop's rules may set its own.</summary>
internal sealed record GradeOutOfRange() : TableCheck("grade-out-of-range", "Judgements whose grade is below 0 or above 100", Severity.Error, RowAction.Quarantine, Limit: 100)
{
    public override IReadOnlyList<TableFinding> Findings =>
        [new(SourceKind.Judgements, $"({FieldSql.Value(FieldType.Number, "grade")} < 0 OR {FieldSql.Value(FieldType.Number, "grade")} > {LimitText})")];
}
