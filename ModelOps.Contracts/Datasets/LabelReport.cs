namespace ModelOps.Contracts.Datasets;

/// <summary>Who labelled a column. Rows that say the same count once: messages by their text, judgements by query and product.</summary>
/// <param name="Shop">Rows whose label came with the data.</param>
/// <param name="People">Rows that people answered.</param>
/// <param name="Machine">Rows that a machine was sure enough of.</param>
/// <param name="Uncertain">Rows that were left empty because it was not.</param>
/// <param name="Unknown">Rows that nothing is known of.</param>
/// <param name="Functions">Each of the task's functions.</param>
/// <param name="Labels">The labels there are, the most frequent first; at most a thousand.</param>
public sealed record LabelReport(
    string Table,
    string Column,
    long Rows,
    long Shop,
    long People,
    long Machine,
    long Uncertain,
    long Unknown,
    IReadOnlyList<FunctionReport> Functions,
    IReadOnlyList<string> Labels)
{
    /// <summary>How often neighbours name the label that a row has, asked of rows whose label is known, each left out in turn; null without neighbours.</summary>
    public double? NeighbourAccuracy { get; init; }
}

/// <summary>What one labelling function did.</summary>
/// <param name="Votes">Rows that it voted on.</param>
/// <param name="Coverage">Their share of all rows.</param>
/// <param name="Overlap">Share of all rows on which another function voted too.</param>
/// <param name="Conflict">Share of all rows on which another function voted for another label.</param>
/// <param name="Accuracy">How often it is thought right.</param>
/// <param name="Known">Of its votes, those on rows whose label the shop or a person gave.</param>
/// <param name="Right">Of these, those that were right.</param>
public sealed record FunctionReport(string Name, string Label, long Votes, double Coverage, double Overlap, double Conflict, double Accuracy, long Known, long Right);
