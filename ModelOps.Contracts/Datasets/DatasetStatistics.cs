namespace ModelOps.Contracts.Datasets;

/// <summary>
/// How a version's values are distributed, as they were read and as they were kept: the reference that later data is compared with.
/// "As read" is typed and repaired, before any row was dropped or put aside; rows that could not be taken apart at all are in neither.
/// Columns of events have plain names; those of the other tables have the table's before theirs (<c>users.age</c>), attributes too, and are
/// counted as kept in both.
/// </summary>
public sealed record DatasetStatistics(IReadOnlyList<ColumnStatistics> Columns);

/// <summary>One column's distribution. <paramref name="Before"/> with <see cref="Empty"/> and <see cref="Unreadable"/> are all rows of the column's table.</summary>
/// <param name="Column">For example <c>price</c>, <c>events_per_user</c> for what is derived, or <c>users.age</c>.</param>
/// <param name="Kind"><c>number</c>, <c>time</c> or <c>category</c>.</param>
/// <param name="Before">Rows with a value, as read.</param>
/// <param name="After">Rows with a value, as kept.</param>
/// <param name="Missing">Kept rows without one: empty and unreadable together.</param>
/// <param name="Distinct">Different kept values, for categories.</param>
/// <param name="Quantiles">Of the kept rows, to within 0.1 % (times: an hour in two months, else a day): 0, .01, .05, .25, .5, .75, .95, .99, 1; in tables of people .05 to .95, to the edges of bars. Times are seconds since 1970.</param>
/// <param name="Histogram">For numbers and times: bars of one width that begin at round values, the same ones as read and as kept.</param>
/// <param name="Top">For categories, the most frequent as read first; in tables of people only values that five of them have or more, and no ids of theirs.</param>
public sealed record ColumnStatistics(
    string Column,
    string Kind,
    long Before,
    long After,
    long Missing,
    long? Distinct,
    IReadOnlyList<Quantile> Quantiles,
    IReadOnlyList<HistogramBin> Histogram,
    IReadOnlyList<ValueCount> Top)
{
    /// <summary>Rows for which the source gave no value.</summary>
    public RowCount Empty { get; init; } = new(0, 0);

    /// <summary>Rows whose text is no value of the column, such as the price "ask us".</summary>
    public RowCount Unreadable { get; init; } = new(0, 0);

    /// <summary>As <see cref="Quantiles"/>, of the rows as read; empty for versions that an older release made.</summary>
    public IReadOnlyList<Quantile> QuantilesBefore { get; init; } = [];
}

/// <summary>Rows as read and as kept.</summary>
public sealed record RowCount(long Before, long After);

public sealed record Quantile(double Share, double Value);

/// <summary>Rows from <paramref name="From"/> (inclusive) to <paramref name="To"/> (exclusive); the first and last bin take in what lies beyond. A value within 0.1 % of an edge may count beside it.</summary>
public sealed record HistogramBin(double From, double To, long Before, long After);

public sealed record ValueCount(string Value, long Before, long After);
