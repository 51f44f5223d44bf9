namespace ModelOps.Contracts.Datasets;

/// <summary>How a version's values are distributed, as they were read and as they were kept: the reference that later data is compared with.</summary>
public sealed record DatasetStatistics(IReadOnlyList<ColumnStatistics> Columns);

/// <summary>One column's distribution.</summary>
/// <param name="Column">For example <c>price</c>, or <c>events_per_user</c> for what is derived.</param>
/// <param name="Kind"><c>number</c>, <c>time</c> or <c>category</c>.</param>
/// <param name="Before">Rows with a value, as read.</param>
/// <param name="After">Rows with a value, as kept.</param>
/// <param name="Missing">Kept rows without one.</param>
/// <param name="Distinct">Different kept values, for categories.</param>
/// <param name="Quantiles">Of the kept rows, to within 1 %: 0, .01, .05, .25, .5, .75, .95, .99, 1. Times are seconds since 1970.</param>
/// <param name="Histogram">For numbers and times.</param>
/// <param name="Top">For categories, the most frequent first.</param>
public sealed record ColumnStatistics(
    string Column,
    string Kind,
    long Before,
    long After,
    long Missing,
    long? Distinct,
    IReadOnlyList<Quantile> Quantiles,
    IReadOnlyList<HistogramBin> Histogram,
    IReadOnlyList<ValueCount> Top);

public sealed record Quantile(double Share, double Value);

/// <summary>Rows from <paramref name="From"/> (inclusive) to <paramref name="To"/> (exclusive); the first and last bin take in what lies beyond.</summary>
public sealed record HistogramBin(double From, double To, long Before, long After);

public sealed record ValueCount(string Value, long Before, long After);
