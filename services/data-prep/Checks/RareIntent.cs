using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>An intent of one or two messages is a slip of the pen, or cannot be learned. The limit is the fewest messages that an intent needs.</summary>
internal sealed record RareIntent() : TableCheck("rare-intent", "Messages whose intent fewer than 3 messages have", Severity.Info, RowAction.Keep, Limit: 3)
{
    public override IReadOnlyList<TableFinding> Findings =>
        [new(SourceKind.Messages, $"intent IN (SELECT intent FROM {StagedSource.Table(SourceKind.Messages)} WHERE intent IS NOT NULL GROUP BY intent HAVING count(*) < {LimitText})")];
}
