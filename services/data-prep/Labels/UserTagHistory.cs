using ModelOps.DataPrep.Facts;
using ModelOps.Features.Users;

namespace ModelOps.DataPrep.Labels;

/// <summary>
/// User tags as a history: a row holds for events after <c>valid_from</c> up to and including <c>valid_until</c> (null: to the end).
/// A purchase makes a row, and so does each limit of recency that passes before the next one. It is the SQL of <see cref="UserTags"/>,
/// which is their definition; a test holds both to the same values.
/// </summary>
internal static class UserTagHistory
{
    /// <summary>Statements that make the table <c>user_tags</c>. Need <c>kept</c>, <c>catalogue</c>, and of all rows <see cref="KeptFacts.Hours"/> and <see cref="KeptFacts.PriceBins"/>.</summary>
    public static readonly string Tables = $"""
        CREATE TABLE bought_items AS
        SELECT user_id, time, item_id, category, brand, coalesce(CAST(round(kept.price * quantity * 100) AS BIGINT), 0) AS cents,
            CASE WHEN kept.price > 0 THEN CAST(floor(ln(kept.price) * {UserTags.BinsPerUnit}) AS BIGINT) END AS bin
        FROM kept LEFT JOIN catalogue USING (item_id) WHERE event = 'purchase';

        CREATE TABLE price_thresholds AS
        WITH months AS (SELECT DISTINCT month FROM {KeptFacts.PriceBins.Table}),
            bins AS (FROM {KeptFacts.PriceBins.Table} WHERE bin IS NOT NULL),
            before AS (SELECT months.month, bin, sum(n) AS n FROM months JOIN bins ON bins.month < months.month GROUP BY ALL),
            shares AS (SELECT month, bin, sum(n) OVER (PARTITION BY month ORDER BY bin) AS up_to, sum(n) OVER (PARTITION BY month) AS total FROM before)
        SELECT month, min(bin) FILTER (up_to * 3 >= total) AS low, min(bin) FILTER (up_to * 3 >= total * 2) AS high FROM shares GROUP BY month;

        CREATE TABLE orders AS
        SELECT *, CAST(row_number() OVER users AS INTEGER) AS number, CAST(sum(cents) OVER users AS BIGINT) AS spend, lead(time) OVER users AS next,
            sum(bins) OVER users // nullif(sum(priced) OVER users, 0) AS level
        FROM (SELECT user_id, time, sum(cents) AS cents, sum(bin) AS bins, count(bin) AS priced FROM bought_items GROUP BY ALL)
        WINDOW users AS (PARTITION BY user_id ORDER BY time);

        {Favourites("category", "categories")};
        {Favourites("brand", "brands")};

        CREATE TABLE user_tags AS
        SELECT user_id, valid_from, lead(valid_from) OVER (PARTITION BY user_id ORDER BY valid_from) AS valid_until, orders, spend / 100 AS spend,
            {UserTags.SegmentSql("recency", "orders")} AS segment, {UserTags.LifecycleSql("recency", "orders")} AS lifecycle,
            CASE WHEN level IS NULL OR low IS NULL THEN NULL WHEN level <= low THEN 'budget' WHEN level <= high THEN 'middle' ELSE 'premium' END AS price_band,
            favourite_category, favourite_brand
        FROM (
            SELECT user_id, orders.time + to_days(CAST(days AS INTEGER)) AS valid_from, days AS recency, number AS orders, spend, level, favourite_category, favourite_brand, low, high
            FROM (
                -- An order without a known category changes no favourite.
                SELECT orders.*, last_value(favourite_category IGNORE NULLS) OVER users AS favourite_category, last_value(favourite_brand IGNORE NULLS) OVER users AS favourite_brand
                FROM orders LEFT JOIN categories USING (user_id, time) LEFT JOIN brands USING (user_id, time)
                WINDOW users AS (PARTITION BY user_id ORDER BY time)) orders
                CROSS JOIN (SELECT unnest([0, {string.Join(", ", UserTags.RecencyDays)}]) AS days)
                LEFT JOIN price_thresholds ON month = date_trunc('month', orders.time)
            WHERE orders.time + to_days(CAST(days AS INTEGER)) < coalesce(next, (SELECT max(latest) FROM {KeptFacts.Hours.Table}) + INTERVAL 1 MICROSECOND))
        """;

    /// <summary>
    /// A running count never falls, so the greatest count so far names the favourite; of equal counts the one that was reached last.
    /// </summary>
    private static string Favourites(string column, string table) => $"""
        CREATE TABLE {table} AS
        SELECT DISTINCT user_id, time, arg_max({column}, (n, time, {column})) OVER (PARTITION BY user_id ORDER BY time) AS favourite_{column}
        FROM (SELECT user_id, time, {column}, sum(count(*)) OVER (PARTITION BY user_id, {column} ORDER BY time) AS n FROM bought_items WHERE {column} IS NOT NULL GROUP BY user_id, time, {column})
        """;
}
