using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Facts;

/// <summary>What the checks have to know of all rows of <c>staged</c> before they judge one.</summary>
internal static class RowFacts
{
    /// <summary>
    /// Each product of the events: whether a file names it (not only the event log), and of its prices above zero how many there are, the
    /// sum of their logarithms in millionths, the lowest and the highest. Integers are summed, so the order of the rows does not matter.
    /// </summary>
    public static readonly Fact Items = new("item_facts", $"""
        SELECT item_id, bool_or(source <> {EventLogSource.Number}) AS in_files, count(*) FILTER (price > 0) AS priced,
            CAST(sum(CASE WHEN price > 0 THEN CAST(round(ln(price) * 1000000) AS BIGINT) END) AS BIGINT) AS logs,
            min(price) FILTER (price > 0) AS lowest, max(price) FILTER (price > 0) AS highest
        FROM staged WHERE item_id IS NOT NULL GROUP BY item_id
        """, """
        SELECT item_id, bool_or(in_files) AS in_files, CAST(sum(priced) AS BIGINT) AS priced, CAST(sum(logs) AS BIGINT) AS logs, min(lowest) AS lowest, max(highest) AS highest
        FROM parts GROUP BY item_id
        """);

    /// <summary>What the events call their products; only asked where there is no catalogue.</summary>
    public static readonly Fact Titles = new("title_facts",
        "SELECT item_id, title, count(*) AS rows FROM staged WHERE item_id IS NOT NULL AND title IS NOT NULL AND (SELECT count(*) FROM staged_products) = 0 GROUP BY ALL",
        "SELECT item_id, title, CAST(sum(rows) AS BIGINT) AS rows FROM parts GROUP BY ALL");

    public static readonly IReadOnlyList<Fact> All = [Items, Titles];
}
