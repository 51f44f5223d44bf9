using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>A question and its answer that are there already. The first one is not counted.</summary>
internal sealed record RepeatedQuestion() : TableCheck("repeated-question", "FAQ that are there twice", Severity.Info, RowAction.Keep)
{
    public override IReadOnlyList<TableFinding> Findings { get; } =
        [new(SourceKind.Faq, $"rowid IN (SELECT rowid FROM {StagedSource.Table(SourceKind.Faq)} QUALIFY row_number() OVER (PARTITION BY {PlainText.Of("question")}, answer, language ORDER BY source, row) > 1)")];
}
