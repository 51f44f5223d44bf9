using ModelOps.DataPrep.Statistics;
using ModelOps.Features.Users;

namespace ModelOps.DataPrep.Facts;

/// <summary>What labels, profile and statistics have to know of all rows once they are judged. Counted over the views <c>kept</c> and <c>judged</c>.</summary>
internal static class KeptFacts
{
    public static readonly Fact Hours = new("kept_hours",
        "SELECT date_trunc('hour', time) AS hour, count(*) AS rows, min(time) AS earliest, max(time) AS latest FROM kept GROUP BY hour",
        "SELECT hour, CAST(sum(rows) AS BIGINT) AS rows, min(earliest) AS earliest, max(latest) AS latest FROM parts GROUP BY hour");

    /// <summary>When users were first seen: how many users at that moment, and how many of them have a name.</summary>
    public static readonly Fact Firsts = new("kept_firsts",
        "SELECT first, count(*) AS users, count(user_id) AS named FROM (SELECT user_id, min(time) AS first FROM kept GROUP BY user_id) GROUP BY first",
        "SELECT first, CAST(sum(users) AS BIGINT) AS users, CAST(sum(named) AS BIGINT) AS named FROM parts GROUP BY first");

    /// <summary>Products, with their prices where no catalogue gives one.</summary>
    public static readonly Fact Items = new("kept_items",
        "SELECT item_id, CASE WHEN price > 0 AND (SELECT count(*) FROM staged_products) = 0 THEN price END AS price, count(*) AS rows FROM kept GROUP BY ALL",
        "SELECT item_id, price, CAST(sum(rows) AS BIGINT) AS rows FROM parts GROUP BY ALL");

    /// <summary>Prices paid, by the month and in the bins of <see cref="UserTags"/>.</summary>
    public static readonly Fact PriceBins = new("price_bins", $"""
        SELECT month, bin, count(*) AS n
        FROM (SELECT date_trunc('month', time) AS month, CASE WHEN price > 0 THEN CAST(floor(ln(price) * {UserTags.BinsPerUnit}) AS BIGINT) END AS bin FROM kept WHERE event = 'purchase')
        GROUP BY ALL
        """, "SELECT month, bin, CAST(sum(n) AS BIGINT) AS n FROM parts GROUP BY ALL");

    public static readonly IReadOnlyList<Fact> All = [Hours, Firsts, Items, PriceBins, VersionStatistics.Numbers, VersionStatistics.Values];
}
