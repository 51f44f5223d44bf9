using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>One text with several intents teaches neither. Texts are compared without case and punctuation.</summary>
internal sealed record ConflictingIntent() : TableCheck("conflicting-intent", "Messages of the same text with different intents", Severity.Warning, RowAction.Keep)
{
    public override IReadOnlyList<TableFinding> Findings { get; } =
        [new(SourceKind.Messages, $"intent IS NOT NULL AND {PlainText.Of("text")} IN (SELECT {PlainText.Of("text")} FROM {StagedSource.Table(SourceKind.Messages)} GROUP BY ALL HAVING count(DISTINCT intent) > 1)")];
}
