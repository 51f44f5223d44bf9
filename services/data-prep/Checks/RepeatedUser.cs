using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>Rows that a later one of the same shopper takes the place of.</summary>
internal sealed record RepeatedUser() : TableCheck("repeated-user", "Shoppers who come again in a later row, which holds", Severity.Info, RowAction.Keep)
{
    public override IReadOnlyList<TableFinding> Findings { get; } =
        [new(SourceKind.Users, $"rowid IN (SELECT rowid FROM {StagedSource.Table(SourceKind.Users)} QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY source DESC, row DESC) > 1)")];
}
