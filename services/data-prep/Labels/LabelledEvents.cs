using System.Globalization;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Labels;

/// <summary>
/// The kept rows with what is known at each event (session, weight) and, named <c>label_…</c>, what came after it and may only be
/// a target. A label whose time has not passed when the data ends is null: neither yes nor no. Rows that do not say that the shopper
/// wanted the product, such as impressions, weigh nothing, are nobody's next item and are not counted by <c>leave_one_out</c>.
/// </summary>
internal static class LabelledEvents
{
    /// <summary>A query of <see cref="DatasetFiles.Events"/> in its order. Needs <c>kept</c>, <see cref="KeptFacts.Hours"/> of all rows and the table of <see cref="ReturnedPurchase"/>.</summary>
    /// <param name="withLine">Also the order of the input, by which parts are put together.</param>
    public static string Query(DuckDBConnection duck, LabelRules rules, bool withLine = false)
    {
        duck.Execute(Bought);
        duck.Execute($"CREATE TABLE returned AS SELECT line, min(returned_at) AS returned_at FROM {ReturnedPurchase.Matches} GROUP BY line");
        var end = duck.Scalar<DateTime>($"SELECT coalesce(max(latest), TIMESTAMP 'epoch') FROM {KeptFacts.Hours.Table}");
        var (validationFrom, testFrom) = Split(duck, rules);
        // Asked once for all rows: windows over some of them cost more than over all.
        var isAllWanted = duck.Scalar<long>($"SELECT count(*) FROM kept WHERE event IS NULL OR event NOT IN ({Wanted})") == 0;
        var (number, total, next) = isAllWanted
            ? ("row_number() OVER users", "count(*) OVER (PARTITION BY user_id)", "lead(item_id) OVER users")
            : ($"CASE WHEN event IN ({Wanted}) THEN count(*) FILTER (event IN ({Wanted})) OVER users END", $"count(*) FILTER (event IN ({Wanted})) OVER (PARTITION BY user_id)",
                $"first_value(CASE WHEN event IN ({Wanted}) THEN item_id END IGNORE NULLS) OVER (PARTITION BY user_id ORDER BY time, line ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)");
        return $"""
            SELECT {(withLine ? "line, " : "")}user_id, item_id, event, time, quantity, price, session_id,
                CAST(sum(starts) OVER users AS INTEGER) AS session, {Weight(rules)} AS weight, label_next_item,
                {Within("event IN ('view_item', 'add_to_cart')", "bought_at", rules.BoughtWithinDays, end)} AS label_bought,
                {Within("event = 'purchase'", "returned_at", rules.ReturnedWithinDays, end)} AS label_returned,
                CASE WHEN time >= {Moment(testFrom)} THEN 'test' WHEN time >= {Moment(validationFrom)} THEN 'validation' ELSE 'train' END AS time_split,
                CASE WHEN number IS NULL THEN NULL WHEN total >= 2 AND number = total THEN 'test' WHEN total >= 3 AND number = total - 1 THEN 'validation' ELSE 'train' END AS leave_one_out
            FROM (
                SELECT kept.*, bought_at, returned_at, {number} AS number, {total} AS total, {next} AS label_next_item,
                    CASE WHEN time - lag(time) OVER users <= INTERVAL {rules.SessionMinutes} MINUTE AND session_id IS NOT DISTINCT FROM lag(session_id) OVER users THEN 0 ELSE 1 END AS starts
                FROM kept LEFT JOIN bought USING (line) LEFT JOIN returned USING (line)
                WINDOW users AS (PARTITION BY user_id ORDER BY time, line))
            WINDOW users AS (PARTITION BY user_id ORDER BY time, line)
            ORDER BY user_id, time, line
            """;
    }

    private static readonly string Wanted = string.Join(", ", EventNames.Wanted.Select(Sql.Literal));

    /// <summary>When a product that was looked at or put into the cart was bought. Only pairs of user and product that end in a purchase are sorted.</summary>
    private const string Bought = """
        CREATE TABLE bought_pairs AS SELECT DISTINCT user_id, item_id FROM kept WHERE event = 'purchase';
        CREATE TABLE bought AS
        SELECT line, bought_at FROM (
            SELECT line, event, min(CASE WHEN event = 'purchase' THEN time END) OVER (PARTITION BY user_id, item_id ORDER BY time DESC, line DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bought_at
            FROM kept SEMI JOIN bought_pairs USING (user_id, item_id))
        WHERE event <> 'purchase' AND bought_at IS NOT NULL
        """;

    private static string Within(string asked, string column, int days, DateTime end) =>
        $"CASE WHEN {asked} THEN CASE WHEN {column} <= time + INTERVAL {days} DAY THEN true WHEN time + INTERVAL {days} DAY <= {Moment(end)} THEN false END END";

    private static string Weight(LabelRules rules)
    {
        var weights = new (string Event, double Weight)[]
        {
            (EventNames.View, rules.ViewWeight), (EventNames.ViewCart, rules.ViewWeight), (EventNames.AddToWishlist, rules.CartWeight), (EventNames.AddToCart, rules.CartWeight),
            (EventNames.BeginCheckout, rules.CartWeight), (EventNames.Purchase, rules.PurchaseWeight),
        };
        return $"CAST(CASE event {string.Join(" ", weights.Select(pair => string.Create(CultureInfo.InvariantCulture, $"WHEN '{pair.Event}' THEN {pair.Weight:R}")))} ELSE 0 END AS FLOAT)";
    }

    /// <summary>Where validation and test begin: whole hours, so that about the wanted share of the rows comes after.</summary>
    private static (DateTime ValidationFrom, DateTime TestFrom) Split(DuckDBConnection duck, LabelRules rules)
    {
        var hours = duck.Rows($"SELECT hour, rows FROM {KeptFacts.Hours.Table} ORDER BY hour DESC", row => (Hour: row.GetDateTime(0), Rows: row.GetInt64(1)));
        var total = hours.Sum(hour => hour.Rows);
        DateTime From(double share)
        {
            long after = 0;
            foreach (var (hour, rows) in hours)
            {
                after += rows;
                if (after >= share * total)
                    return hour;
            }
            return hours.Count == 0 ? DateTime.UnixEpoch : hours[^1].Hour; // a dataset may have no events
        }
        return (From(rules.TestShare + rules.ValidationShare), From(rules.TestShare));
    }

    private static string Moment(DateTime time) => $"TIMESTAMP '{time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'";
}
