using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.SearchLog;

/// <summary>
/// What a version holds of the searches: counts over all shoppers, without anybody's id, and only of queries that at least
/// <see cref="FewestShoppers"/> different ones have asked, each named by a user or a session, so that what one person typed stays with that person.
/// </summary>
internal static class SearchTables
{
    public const int FewestShoppers = 5;

    /// <summary>Minutes within which another query is for the same thing; the monitor's reformulations have the same.</summary>
    private const int ReformulationMinutes = 5;

    /// <summary>Of each query the way to write it that most used.</summary>
    public static readonly string Prepare = $"""
        CREATE TABLE asked_queries AS
        SELECT form, arg_max(query, (times, query)) AS query FROM (SELECT form, query, count(*) AS times FROM searched GROUP BY form, query)
        WHERE form IN (SELECT form FROM searched GROUP BY form HAVING count(DISTINCT shopper) FILTER (is_known) >= {FewestShoppers})
        GROUP BY form;
        CREATE TABLE search_outcomes AS
        SELECT token, any_value(time) AS time, any_value(shopper) AS shopper, any_value(form) AS form, any_value(found) AS found, coalesce(bool_or(clicked), false) AS clicked, coalesce(bool_or(bought), false) AS bought
        FROM searched LEFT JOIN searched_places USING (token) WHERE page = 1 GROUP BY token
        """;

    /// <summary>Rows of <see cref="DatasetFiles.Searches"/>. What came because nothing was found answers nothing.</summary>
    public const string Places = """
        SELECT asked_queries.query AS query, item_id, place, count(*) AS shown, count(*) FILTER (clicked) AS clicked, count(*) FILTER (bought) AS bought
        FROM searched_places JOIN searched USING (token) JOIN asked_queries USING (form) WHERE found > 0 GROUP BY ALL
        """;

    private static readonly (string File, string Query)[] all =
    [
        (DatasetFiles.Searches, Places),
        (DatasetFiles.Queries, """
            SELECT query, count(*) AS asked, count(DISTINCT shopper) AS shoppers, CAST(quantile_disc(found, .5) AS INTEGER) AS found, count(*) FILTER (clicked) AS clicked, count(*) FILTER (bought) AS bought
            FROM search_outcomes JOIN asked_queries USING (form) GROUP BY query
            """),
        (DatasetFiles.Reformulations, $"""
            SELECT earlier.query AS query, later.query AS later, count(DISTINCT shopper) AS shoppers, count(*) AS times
            FROM (
                SELECT shopper, form, clicked, time, lead(form) OVER next AS later_form, lead(clicked) OVER next AS later_clicked, lead(time) OVER next AS later_time
                FROM search_outcomes WINDOW next AS (PARTITION BY shopper ORDER BY time, token))
                JOIN asked_queries AS earlier USING (form) JOIN asked_queries AS later ON later.form = later_form
            WHERE NOT clicked AND later_clicked AND later_form <> earlier.form AND later_time <= time + INTERVAL {ReformulationMinutes} MINUTE
            GROUP BY ALL HAVING count(DISTINCT shopper) >= {FewestShoppers}
            """),
    ];

    /// <summary>Those that have rows, each with its query; in an order that depends on the rows alone.</summary>
    public static IEnumerable<(string File, string Query, long Rows)> Present(DuckDBConnection duck) =>
        from table in all
        let rows = duck.Scalar<long>($"SELECT count(*) FROM ({table.Query})")
        where rows > 0
        select (table.File, $"SELECT * FROM ({table.Query}) ORDER BY ALL", rows);
}
