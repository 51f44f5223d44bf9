using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Statistics;

/// <summary>Measures a version's columns while its rows are still in DuckDB: a look at each column, counts only, so that the result depends on the rows alone.</summary>
internal static class VersionStatistics
{
    private const int TopValues = 20;

    /// <summary>Needs <c>staged</c>, the view <c>kept</c> and the table <c>catalogue</c>.</summary>
    public static DatasetStatistics Measure(DuckDBConnection duck)
    {
        duck.Execute("CREATE VIEW judged AS SELECT staged.*, staged.rowid NOT IN (SELECT line FROM put_aside) AS is_kept FROM staged");
        return new DatasetStatistics(
        [
            Numbers(duck, "time", "time", "epoch_us(time) // 1000000", "judged", "is_kept"),
            Numbers(duck, "price", "number", "price", "judged", "is_kept"),
            Numbers(duck, "quantity", "number", "quantity", "judged", "is_kept"),
            Categories(duck, "event", "event", "judged", "is_kept"),
            Categories(duck, "hour", "CAST(hour(time) AS VARCHAR)", "judged", "is_kept"),
            Categories(duck, "item_id", "item_id", "judged", "is_kept"),
            Numbers(duck, "events_per_user", "number", "n", "(SELECT count(*) AS n, count(*) FILTER (is_kept) AS kept_rows FROM judged WHERE user_id IS NOT NULL GROUP BY user_id)", "kept_rows > 0"),
            Categories(duck, "category", "category", "catalogue", "true"),
            Categories(duck, "brand", "brand", "catalogue", "true"),
        ]);
    }

    /// <summary>Values are counted in bins a hundredth wide on a logarithmic scale; whole numbers up to 100 and times by the day have bins of their own.</summary>
    private static ColumnStatistics Numbers(DuckDBConnection duck, string name, string kind, string value, string table, string kept)
    {
        var bin = kind == "time"
            ? "value // 86400"
            : "CASE WHEN value = 0 THEN 0 ELSE sign(value) * CAST(floor(ln(abs(value)) * 100 + 100000) AS BIGINT) END";
        var bins = duck.Rows($"""
            SELECT CAST(min(value) AS DOUBLE), CAST(max(value) AS DOUBLE), count(*), count(*) FILTER (is_kept)
            FROM (SELECT {value} AS value, {kept} AS is_kept FROM {table}) GROUP BY {bin} ORDER BY 1
            """, row => (Least: row.IsDBNull(0) ? (double?)null : row.GetDouble(0), Greatest: row.IsDBNull(1) ? (double?)null : row.GetDouble(1), Before: row.GetInt64(2), After: row.GetInt64(3)));
        var missing = bins.Where(counted => counted.Least is null).Sum(counted => counted.After);
        return NumberBin.Summarise(name, kind, [.. bins.Where(counted => counted.Least is not null).Select(counted => new NumberBin(counted.Least!.Value, counted.Greatest!.Value, counted.Before, counted.After))], missing);
    }

    private static ColumnStatistics Categories(DuckDBConnection duck, string name, string value, string table, string kept)
    {
        duck.Execute($"CREATE OR REPLACE TEMP TABLE counted AS SELECT value, count(*) AS before, count(*) FILTER (is_kept) AS after FROM (SELECT {value} AS value, {kept} AS is_kept FROM {table}) GROUP BY value");
        var (before, after, missing, distinct) = duck.Rows("""
            SELECT coalesce(sum(before) FILTER (value IS NOT NULL), 0)::BIGINT, coalesce(sum(after) FILTER (value IS NOT NULL), 0)::BIGINT,
                coalesce(sum(after) FILTER (value IS NULL), 0)::BIGINT, count(value) FILTER (after > 0) FROM counted
            """, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)))[0];
        var top = duck.Rows($"SELECT value, before, after FROM counted WHERE value IS NOT NULL ORDER BY after DESC, before DESC, value LIMIT {TopValues}", row => new ValueCount(row.GetString(0), row.GetInt64(1), row.GetInt64(2)));
        return new ColumnStatistics(name, "category", before, after, missing, distinct, [], [], top);
    }
}
