using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>Nobody is minus one year old, or as old as the limit. The shopper stays, without an age.</summary>
internal sealed record ImpossibleAge() : TableCheck("impossible-age", "Shoppers younger than 0 or older than 120 years, left without an age", Severity.Warning, RowAction.Repair, Limit: 120)
{
    public override IReadOnlyList<TableFinding> Findings =>
        [new(SourceKind.Users, $"({FieldSql.Value(FieldType.Number, "age")} < 0 OR {FieldSql.Value(FieldType.Number, "age")} > {LimitText})", "age = NULL")];
}
