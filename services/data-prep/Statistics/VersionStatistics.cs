using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Statistics;

/// <summary>Measures a version's columns: a look at each, counts only, so that the result depends on the rows alone and parts of the events can be counted apart.</summary>
internal static class VersionStatistics
{
    /// <summary>As many as a day has hours.</summary>
    private const int TopValues = 24;

    /// <summary>Up to this span of kept times their bins are hours, beyond it days.</summary>
    private const int SecondsByTheHour = 60 * 86_400;

    private const string HourBins = "value // 3600";

    /// <summary>A thousandth wide on a logarithmic scale, so that whole numbers up to 1,000 have bins of their own.</summary>
    private const string NumberBins = "CASE WHEN value = 0 THEN 0 ELSE sign(value) * CAST(floor(ln(abs(value)) * 1000 + 1000000) AS BIGINT) END";

    /// <summary>The rows of events, with in which of the two counts each is.</summary>
    private const string Events = "(SELECT *, true AS is_read FROM judged)";

    /// <summary>A user counts twice: with all events as read, and with the kept ones as kept.</summary>
    private const string EventsPerUser = """
        (WITH users AS MATERIALIZED (SELECT count(*) AS read_rows, count(*) FILTER (is_kept) AS kept_rows FROM judged WHERE user_id IS NOT NULL GROUP BY user_id)
        SELECT read_rows AS n, true AS is_read, false AS is_kept FROM users UNION ALL SELECT kept_rows, false, true FROM users WHERE kept_rows > 0)
        """;

    private const string Catalogue = "(SELECT *, true AS is_read, true AS is_kept FROM catalogue)";

    /// <summary>Counted over the view <c>judged</c>.</summary>
    public static readonly Fact Numbers = new("counted_numbers", string.Join(" UNION ALL ",
        CountNumbers("time", "epoch_us(time) // 1000000", Events, "time_text", HourBins),
        CountNumbers("price", "price + 0.0", Events, "price_text"),
        CountNumbers("quantity", "quantity", Events, "quantity_text"),
        CountNumbers("events_per_user", "n", EventsPerUser)), """
        SELECT name, bin, is_unreadable, min(least) AS least, max(greatest) AS greatest, CAST(sum(before) AS BIGINT) AS before, CAST(sum(after) AS BIGINT) AS after
        FROM parts GROUP BY name, bin, is_unreadable
        """);

    /// <summary>The same of categories.</summary>
    public static readonly Fact Values = new("counted_values", string.Join(" UNION ALL ",
        CountValues("event", "event", Events), CountValues("hour", "CAST(hour(time) AS VARCHAR)", Events, "time_text"), CountValues("item_id", "item_id", Events)), """
        SELECT name, value, is_unreadable, CAST(sum(before) AS BIGINT) AS before, CAST(sum(after) AS BIGINT) AS after FROM parts GROUP BY name, value, is_unreadable
        """);

    /// <summary>Needs the tables of <see cref="Numbers"/> and <see cref="Values"/>, and <c>catalogue</c>.</summary>
    /// <param name="files">The version's.</param>
    public static DatasetStatistics Measure(DuckDBConnection duck, IReadOnlyList<string> files) => new(
    [
        Summarise(duck, "time", NumbersNamed("time"), "time", HoursOrDays(NumbersNamed("time"))),
        NumbersOf(duck, "price"),
        NumbersOf(duck, "quantity", isWhole: true),
        Categories(duck, "event", ValuesOf("event")),
        Categories(duck, "hour", ValuesOf("hour")),
        Categories(duck, "item_id", ValuesOf("item_id")),
        NumbersOf(duck, "events_per_user", isWhole: true),
        Categories(duck, "category", CountValues("category", "category", Catalogue)),
        Categories(duck, "brand", CountValues("brand", "brand", Catalogue)),
        .. TableStatistics.Measure(duck, files),
    ]);

    /// <param name="table">With <c>is_read</c> and <c>is_kept</c>: in which of the two counts a row is.</param>
    /// <param name="text">The column of a text that could not be read as a value.</param>
    /// <param name="bin">SQL that gives the values that are counted together.</param>
    private static string CountNumbers(string name, string value, string table, string text = "NULL", string bin = NumberBins) => $"""
        SELECT '{name}' AS name, CAST({bin} AS BIGINT) AS bin, is_unreadable, CAST(min(value) AS DOUBLE) AS least, CAST(max(value) AS DOUBLE) AS greatest,
            count(*) FILTER (is_read) AS before, count(*) FILTER (is_kept) AS after
        FROM (SELECT {value} AS value, {IsUnreadable(value, text)} AS is_unreadable, is_read, is_kept FROM {table}) GROUP BY {bin}, is_unreadable
        """;

    private static string CountValues(string name, string value, string table, string text = "NULL") => $"""
        SELECT '{name}' AS name, value, is_unreadable, count(*) FILTER (is_read) AS before, count(*) FILTER (is_kept) AS after
        FROM (SELECT {value} AS value, {IsUnreadable(value, text)} AS is_unreadable, is_read, is_kept FROM {table}) GROUP BY value, is_unreadable
        """;

    private static string IsUnreadable(string value, string text) => text == "NULL" ? "false" : $"({value}) IS NULL AND {text} IS NOT NULL";

    private static string ValuesOf(string name) => $"SELECT value, is_unreadable, before, after FROM {Values.Table} WHERE name = '{name}'";

    /// <param name="rows">With <c>is_read</c> and <c>is_kept</c>: in which of the two counts a row is.</param>
    public static ColumnStatistics NumbersIn(DuckDBConnection duck, string name, string value, string rows, bool isWhole = false)
    {
        duck.Execute($"CREATE OR REPLACE TEMP TABLE counted AS {CountNumbers("", value, rows)}");
        return Summarise(duck, name, "counted", isWhole: isWhole);
    }

    /// <inheritdoc cref="NumbersIn"/>
    public static ColumnStatistics TimesIn(DuckDBConnection duck, string name, string value, string rows)
    {
        duck.Execute($"CREATE OR REPLACE TEMP TABLE counted AS {CountNumbers("", $"epoch_us({value}) // 1000000", rows, bin: HourBins)}");
        return Summarise(duck, name, "counted", "time", HoursOrDays("counted"));
    }

    /// <inheritdoc cref="NumbersIn"/>
    /// <param name="named">SQL of the values that may be named.</param>
    public static ColumnStatistics ValuesIn(DuckDBConnection duck, string name, string value, string rows, string named) => Categories(duck, name, CountValues("", value, rows), named);

    private static string HoursOrDays(string counted) =>
        $"CASE WHEN (SELECT coalesce(max(greatest) - min(least) <= {SecondsByTheHour}, true) FROM {counted} WHERE after > 0) THEN bin ELSE bin // 24 END";

    private static ColumnStatistics NumbersOf(DuckDBConnection duck, string name, bool isWhole = false) => Summarise(duck, name, NumbersNamed(name), isWhole: isWhole);

    private static string NumbersNamed(string name) => $"(FROM {Numbers.Table} WHERE name = '{name}')";

    /// <param name="counted">As <see cref="CountNumbers"/> gives it.</param>
    /// <param name="bin">SQL that gives the bins that are taken together.</param>
    private static ColumnStatistics Summarise(DuckDBConnection duck, string name, string counted, string kind = "number", string bin = "bin", bool isWhole = false)
    {
        var bins = duck.Rows($"""
            SELECT min(least), max(greatest), is_unreadable, CAST(sum(before) AS BIGINT), CAST(sum(after) AS BIGINT) FROM {counted} GROUP BY {bin}, is_unreadable ORDER BY 1
            """, row => (Least: row.IsDBNull(0) ? (double?)null : row.GetDouble(0), Greatest: row.IsDBNull(1) ? (double?)null : row.GetDouble(1), IsUnreadable: row.GetBoolean(2), Before: row.GetInt64(3), After: row.GetInt64(4)));
        RowCount Without(bool unreadable) => bins.Where(counted => counted.Least is null && counted.IsUnreadable == unreadable).Select(counted => new RowCount(counted.Before, counted.After)).SingleOrDefault() ?? new RowCount(0, 0);
        return NumberBin.Summarise(name, kind, isWhole,
            [.. bins.Where(counted => counted.Least is not null).Select(counted => new NumberBin(counted.Least!.Value, counted.Greatest!.Value, counted.Before, counted.After))], Without(unreadable: false), Without(unreadable: true));
    }

    private static ColumnStatistics Categories(DuckDBConnection duck, string name, string counted, string named = "true")
    {
        duck.Execute($"CREATE OR REPLACE TEMP TABLE counted AS {counted}");
        RowCount Rows(string where) => duck.Rows($"SELECT coalesce(sum(before), 0)::BIGINT, coalesce(sum(after), 0)::BIGINT FROM counted WHERE {where}", row => new RowCount(row.GetInt64(0), row.GetInt64(1)))[0];
        var (filled, empty, unreadable) = (Rows("value IS NOT NULL"), Rows("value IS NULL AND NOT is_unreadable"), Rows("is_unreadable"));
        var distinct = duck.Scalar<long>("SELECT count(value) FROM counted WHERE after > 0");
        var top = duck.Rows($"SELECT value, before, after FROM counted WHERE value IS NOT NULL AND {named} ORDER BY before DESC, after DESC, value LIMIT {TopValues}", row => new ValueCount(row.GetString(0), row.GetInt64(1), row.GetInt64(2)));
        return new ColumnStatistics(name, "category", filled.Before, filled.After, empty.After + unreadable.After, distinct, [], [], top) { Empty = empty, Unreadable = unreadable };
    }
}
