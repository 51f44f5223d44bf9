using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Statistics;

/// <summary>Measures a version's columns: a look at each, counts only, so that the result depends on the rows alone and parts of them can be counted apart.</summary>
internal static class VersionStatistics
{
    private const int TopValues = 20;

    /// <summary>Values are counted in bins a hundredth wide on a logarithmic scale; whole numbers up to 100 and times by the day have bins of their own.</summary>
    public static readonly Fact Numbers = new("counted_numbers", string.Join(" UNION ALL ",
        CountNumbers("time", "epoch_us(time) // 1000000", "judged", "is_kept", "value // 86400"),
        CountNumbers("price", "price", "judged", "is_kept"),
        CountNumbers("quantity", "quantity", "judged", "is_kept"),
        CountNumbers("events_per_user", "n", "(SELECT count(*) AS n, count(*) FILTER (is_kept) AS kept_rows FROM judged WHERE user_id IS NOT NULL GROUP BY user_id)", "kept_rows > 0")), """
        SELECT name, bin, min(least) AS least, max(greatest) AS greatest, CAST(sum(before) AS BIGINT) AS before, CAST(sum(after) AS BIGINT) AS after FROM parts GROUP BY name, bin
        """);

    public static readonly Fact Values = new("counted_values",
        string.Join(" UNION ALL ", CountValues("event", "event", "judged", "is_kept"), CountValues("hour", "CAST(hour(time) AS VARCHAR)", "judged", "is_kept"), CountValues("item_id", "item_id", "judged", "is_kept")),
        "SELECT name, value, CAST(sum(before) AS BIGINT) AS before, CAST(sum(after) AS BIGINT) AS after FROM parts GROUP BY name, value");

    /// <summary>Needs the tables of <see cref="Numbers"/> and <see cref="Values"/>, and <c>catalogue</c>.</summary>
    public static DatasetStatistics Measure(DuckDBConnection duck) => new(
    [
        NumbersOf(duck, "time", "time"),
        NumbersOf(duck, "price", "number"),
        NumbersOf(duck, "quantity", "number"),
        Categories(duck, "event", ValuesOf("event")),
        Categories(duck, "hour", ValuesOf("hour")),
        Categories(duck, "item_id", ValuesOf("item_id")),
        NumbersOf(duck, "events_per_user", "number"),
        Categories(duck, "category", CountValues("category", "category", "catalogue", "true")),
        Categories(duck, "brand", CountValues("brand", "brand", "catalogue", "true")),
    ]);

    private static string CountNumbers(string name, string value, string table, string kept, string? bin = null) => $"""
        SELECT '{name}' AS name, {bin ?? "CASE WHEN value = 0 THEN 0 ELSE sign(value) * CAST(floor(ln(abs(value)) * 100 + 100000) AS BIGINT) END"} AS bin,
            CAST(min(value) AS DOUBLE) AS least, CAST(max(value) AS DOUBLE) AS greatest, count(*) AS before, count(*) FILTER (is_kept) AS after
        FROM (SELECT {value} AS value, {kept} AS is_kept FROM {table}) GROUP BY bin
        """;

    private static string CountValues(string name, string value, string table, string kept) =>
        $"SELECT '{name}' AS name, value, count(*) AS before, count(*) FILTER (is_kept) AS after FROM (SELECT {value} AS value, {kept} AS is_kept FROM {table}) GROUP BY value";

    private static string ValuesOf(string name) => $"SELECT value, before, after FROM {Values.Table} WHERE name = '{name}'";

    private static ColumnStatistics NumbersOf(DuckDBConnection duck, string name, string kind)
    {
        var bins = duck.Rows($"SELECT least, greatest, before, after FROM {Numbers.Table} WHERE name = '{name}' ORDER BY least",
            row => (Least: row.IsDBNull(0) ? (double?)null : row.GetDouble(0), Greatest: row.IsDBNull(1) ? (double?)null : row.GetDouble(1), Before: row.GetInt64(2), After: row.GetInt64(3)));
        var missing = bins.Where(counted => counted.Least is null).Sum(counted => counted.After);
        return NumberBin.Summarise(name, kind, [.. bins.Where(counted => counted.Least is not null).Select(counted => new NumberBin(counted.Least!.Value, counted.Greatest!.Value, counted.Before, counted.After))], missing);
    }

    private static ColumnStatistics Categories(DuckDBConnection duck, string name, string counted)
    {
        duck.Execute($"CREATE OR REPLACE TEMP TABLE counted AS {counted}");
        var (before, after, missing, distinct) = duck.Rows("""
            SELECT coalesce(sum(before) FILTER (value IS NOT NULL), 0)::BIGINT, coalesce(sum(after) FILTER (value IS NOT NULL), 0)::BIGINT,
                coalesce(sum(after) FILTER (value IS NULL), 0)::BIGINT, count(value) FILTER (after > 0) FROM counted
            """, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)))[0];
        var top = duck.Rows($"SELECT value, before, after FROM counted WHERE value IS NOT NULL ORDER BY after DESC, before DESC, value LIMIT {TopValues}", row => new ValueCount(row.GetString(0), row.GetInt64(1), row.GetInt64(2)));
        return new ColumnStatistics(name, "category", before, after, missing, distinct, [], [], top);
    }
}
