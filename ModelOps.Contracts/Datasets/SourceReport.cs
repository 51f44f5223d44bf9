namespace ModelOps.Contracts.Datasets;

/// <summary>One uploaded file and how it was read.</summary>
/// <param name="Kind">Which table it fills: <c>events</c>, <c>products</c>, <c>users</c>, <c>campaigns</c>, <c>judgements</c>, <c>messages</c> or <c>faq</c>.</param>
/// <param name="Rows">Rows of the file, the unreadable ones included.</param>
/// <param name="Columns">What was wanted, and the column that it was found in.</param>
public sealed record SourceReport(string File, string Kind, string Sha256, long Rows, IReadOnlyDictionary<string, string> Columns)
{
    /// <summary>How the file is written, for example <c>csv, gzip, windows-1252, delimiter ;, quote "</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>Columns of the file that nothing was made of.</summary>
    public IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>Rows that could not be read, by what is wrong with them; all of them lie in the quarantine.</summary>
    public IReadOnlyList<SourceFault> Faults { get; init; } = [];
}

/// <summary>One kind of unreadable row.</summary>
/// <param name="Fault">A stable name such as <c>unclosed-quote</c>, <c>too-few-columns</c>, <c>broken-encoding</c> or <c>broken-json</c>.</param>
/// <param name="Samples">The first five.</param>
public sealed record SourceFault(string Fault, long Rows, IReadOnlyList<FaultSample> Samples);

/// <param name="Row">The line of a CSV or JSON Lines file; else the row's number, from 1.</param>
/// <param name="Column">The column to blame; empty where there is none.</param>
/// <param name="Text">The row's beginning.</param>
public sealed record FaultSample(long Row, string Column, string Text);
