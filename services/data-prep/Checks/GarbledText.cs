using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Checks;

/// <summary>The same as <see cref="Mojibake"/>, of what people write and read.</summary>
internal sealed record GarbledText() : TableCheck("garbled-text", "Messages, answers and queries in a wrong encoding, decoded again", Severity.Warning, RowAction.Repair)
{
    public override IReadOnlyList<TableFinding> Findings { get; } =
        [Of(SourceKind.Messages, "text"), Of(SourceKind.Faq, "question", "answer"), Of(SourceKind.Judgements, "query", "title")];

    private static TableFinding Of(SourceKind table, params string[] columns) => new(table,
        string.Join(" OR ", columns.Select(column => $"coalesce({Mojibake.Mended(column)} <> {column}, false)")), string.Join(", ", columns.Select(column => $"{column} = {Mojibake.Mended(column)}")));
}
