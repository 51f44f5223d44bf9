using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>One question with several answers: which of them a customer gets is chance. Questions are compared without case and punctuation, within a language.</summary>
internal sealed record ConflictingAnswer() : TableCheck("conflicting-answer", "FAQ of the same question with different answers", Severity.Warning, RowAction.Keep)
{
    private static readonly string Question = $"({PlainText.Of("question")}, coalesce(language, ''))";

    public override IReadOnlyList<TableFinding> Findings { get; } =
        [new(SourceKind.Faq, $"{Question} IN (SELECT {Question} FROM {StagedSource.Table(SourceKind.Faq)} GROUP BY ALL HAVING count(DISTINCT answer) > 1)")];
}
