using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>A text that comes again with the same intent weighs double, and stands in what is learned and in what is tested alike. The first one is not counted.</summary>
internal sealed record RepeatedMessage() : TableCheck("repeated-message", "Messages that say again what another of the same intent says", Severity.Info, RowAction.Keep)
{
    public override IReadOnlyList<TableFinding> Findings { get; } =
        [new(SourceKind.Messages, $"rowid IN (SELECT rowid FROM {StagedSource.Table(SourceKind.Messages)} QUALIFY row_number() OVER (PARTITION BY {PlainText.Of("text")}, intent ORDER BY source, row) > 1)")];
}
