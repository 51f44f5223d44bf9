using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Statistics;

/// <summary>Measures a version's columns while its rows are still in DuckDB: a look at each column, counts only, so that the result depends on the rows alone.</summary>
internal static class VersionStatistics
{
    /// <summary>As many as a day has hours.</summary>
    private const int TopValues = 24;

    /// <summary>Up to this span of kept times their bins are hours, beyond it days.</summary>
    private const int DaysByTheHour = 60;

    /// <summary>Needs <c>staged</c>, the view <c>kept</c> and the table <c>catalogue</c>.</summary>
    public static DatasetStatistics Measure(DuckDBConnection duck)
    {
        duck.Execute("CREATE VIEW judged AS SELECT staged.*, true AS is_read, staged.rowid NOT IN (SELECT line FROM put_aside) AS is_kept FROM staged");
        var timeBin = duck.Scalar<bool>($"SELECT coalesce(max(time) - min(time) <= INTERVAL {DaysByTheHour} DAY, true) FROM kept") ? "value // 3600" : "value // 86400";
        return new DatasetStatistics(
        [
            Numbers(duck, "time", "epoch_us(time) // 1000000", "judged", text: "time_text", kind: "time", bin: timeBin),
            Numbers(duck, "price", "price", "judged", text: "price_text"),
            Numbers(duck, "quantity", "quantity", "judged", text: "quantity_text", isWhole: true),
            Categories(duck, "event", "event", "judged"),
            Categories(duck, "hour", "CAST(hour(time) AS VARCHAR)", "judged", text: "time_text"),
            Categories(duck, "item_id", "item_id", "judged"),
            Numbers(duck, "events_per_user", "n", EventsPerUser, isWhole: true),
            Categories(duck, "category", "category", Catalogue),
            Categories(duck, "brand", "brand", Catalogue),
        ]);
    }

    /// <summary>A user counts twice: with all events as read, and with the kept ones as kept.</summary>
    private const string EventsPerUser = """
        (WITH users AS MATERIALIZED (SELECT count(*) AS read_rows, count(*) FILTER (is_kept) AS kept_rows FROM judged WHERE user_id IS NOT NULL GROUP BY user_id)
        SELECT read_rows AS n, true AS is_read, false AS is_kept FROM users UNION ALL SELECT kept_rows, false, true FROM users WHERE kept_rows > 0)
        """;

    private const string Catalogue = "(SELECT *, true AS is_read, true AS is_kept FROM catalogue)";

    /// <summary>A thousandth wide on a logarithmic scale, so that whole numbers up to 1,000 have bins of their own.</summary>
    private const string NumberBins = "CASE WHEN value = 0 THEN 0 ELSE sign(value) * CAST(floor(ln(abs(value)) * 1000 + 1000000) AS BIGINT) END";

    /// <param name="table">With <c>is_read</c> and <c>is_kept</c>: in which of the two counts a row is.</param>
    /// <param name="text">The column of a text that could not be read as a value.</param>
    /// <param name="bin">SQL that gives the values that are counted together.</param>
    private static ColumnStatistics Numbers(DuckDBConnection duck, string name, string value, string table, string text = "NULL", string kind = "number", string bin = NumberBins, bool isWhole = false)
    {
        var bins = duck.Rows($"""
            SELECT CAST(min(value) AS DOUBLE), CAST(max(value) AS DOUBLE), is_unreadable, count(*) FILTER (is_read), count(*) FILTER (is_kept)
            FROM (SELECT {value} AS value, {IsUnreadable(value, text)} AS is_unreadable, is_read, is_kept FROM {table}) GROUP BY {bin}, is_unreadable ORDER BY 1
            """, row => (Least: row.IsDBNull(0) ? (double?)null : row.GetDouble(0), Greatest: row.IsDBNull(1) ? (double?)null : row.GetDouble(1), IsUnreadable: row.GetBoolean(2), Before: row.GetInt64(3), After: row.GetInt64(4)));
        RowCount Without(bool unreadable) => bins.Where(counted => counted.Least is null && counted.IsUnreadable == unreadable).Select(counted => new RowCount(counted.Before, counted.After)).SingleOrDefault() ?? new RowCount(0, 0);
        return NumberBin.Summarise(name, kind, isWhole,
            [.. bins.Where(counted => counted.Least is not null).Select(counted => new NumberBin(counted.Least!.Value, counted.Greatest!.Value, counted.Before, counted.After))], Without(unreadable: false), Without(unreadable: true));
    }

    private static ColumnStatistics Categories(DuckDBConnection duck, string name, string value, string table, string text = "NULL")
    {
        duck.Execute($"""
            CREATE OR REPLACE TEMP TABLE counted AS SELECT value, is_unreadable, count(*) FILTER (is_read) AS before, count(*) FILTER (is_kept) AS after
            FROM (SELECT {value} AS value, {IsUnreadable(value, text)} AS is_unreadable, is_read, is_kept FROM {table}) GROUP BY value, is_unreadable
            """);
        RowCount Rows(string where) => duck.Rows($"SELECT coalesce(sum(before), 0)::BIGINT, coalesce(sum(after), 0)::BIGINT FROM counted WHERE {where}", row => new RowCount(row.GetInt64(0), row.GetInt64(1)))[0];
        var (filled, empty, unreadable) = (Rows("value IS NOT NULL"), Rows("value IS NULL AND NOT is_unreadable"), Rows("is_unreadable"));
        var distinct = duck.Scalar<long>("SELECT count(value) FROM counted WHERE after > 0");
        var top = duck.Rows($"SELECT value, before, after FROM counted WHERE value IS NOT NULL ORDER BY before DESC, after DESC, value LIMIT {TopValues}", row => new ValueCount(row.GetString(0), row.GetInt64(1), row.GetInt64(2)));
        return new ColumnStatistics(name, "category", filled.Before, filled.After, empty.After + unreadable.After, distinct, [], [], top) { Empty = empty, Unreadable = unreadable };
    }

    private static string IsUnreadable(string value, string text) => text == "NULL" ? "false" : $"({value}) IS NULL AND {text} IS NOT NULL";
}
