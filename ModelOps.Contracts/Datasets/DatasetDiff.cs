namespace ModelOps.Contracts.Datasets;

/// <summary>
/// What is different between two versions of a dataset. Where the files of one were removed, its kept report and statistics still answer,
/// without the rows: what is counted by comparing rows is null, and <see cref="Schema"/> empty.
/// </summary>
/// <param name="RowsAdded">Event rows of <paramref name="To"/> that <paramref name="From"/> does not have; rows that are there twice count twice.</param>
/// <param name="RowsRemoved">The other way round.</param>
/// <param name="Products">Products that came, went, or changed.</param>
public sealed record DatasetDiff(
    string Name,
    int From,
    int To,
    long? RowsAdded,
    long? RowsRemoved,
    long? RowsSame,
    ProductDiff? Products,
    IReadOnlyList<SchemaChange> Schema,
    IReadOnlyList<DistributionChange> Distributions,
    IReadOnlyList<CheckChange> Checks,
    LineageDiff Lineage)
{
    /// <summary>Every table that one of the two has: events, products, users, judgements, messages, FAQ, searches …</summary>
    public IReadOnlyList<TableDiff> Tables { get; init; } = [];

    /// <summary>The versions whose files were removed.</summary>
    public IReadOnlyList<int> Removed { get; init; } = [];
}

/// <summary>How many rows a table has in either version, and how many of them the other does not have; null without the files.</summary>
public sealed record TableDiff(string Table, long From, long To, long? Added, long? Removed);

public sealed record ProductDiff(long Added, long Removed, long Changed);

/// <summary>A column whose type differs; null where there is no such column.</summary>
public sealed record SchemaChange(string File, string Column, string? From, string? To);

/// <summary>How far a column's distribution moved.</summary>
/// <param name="Distance">Jensen-Shannon distance over the bins or values, base 2: 0 for the same, 1 for nothing in common.</param>
/// <param name="FromMedian">For numbers and times.</param>
/// <param name="Kind">As <see cref="ColumnStatistics.Kind"/>.</param>
public sealed record DistributionChange(string Column, double Distance, double? FromMedian, double? ToMedian, string Kind);

/// <summary>A check that found more or fewer rows.</summary>
public sealed record CheckChange(string Check, long From, long To);

/// <summary>Why: other sources, rules or code.</summary>
public sealed record LineageDiff(IReadOnlyList<string> SourcesAdded, IReadOnlyList<string> SourcesRemoved, bool RulesChanged, bool MappingChanged, bool CodeChanged, long EventsAdded)
{
    /// <summary>People answered more questions, or otherwise.</summary>
    public bool AnswersChanged { get; init; }
}
