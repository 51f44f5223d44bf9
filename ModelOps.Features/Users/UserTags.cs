namespace ModelOps.Features.Users;

/// <summary>A product that a user bought.</summary>
/// <param name="Price">Of one piece.</param>
public sealed record BoughtItem(DateTime Time, string Item, int Quantity, double? Price, string? Category, string? Brand);

/// <summary>
/// What a shop calls its customers, as of a moment: only what happened before it counts. This is the definition; data-prep computes
/// the same in SQL for whole shops.
/// </summary>
/// <param name="Orders">Moments at which the user bought.</param>
/// <param name="Spend">In the shop's currency.</param>
/// <param name="Segment">After recency and frequency: champion, loyal, promising, new, at-risk, hibernating, lost.</param>
/// <param name="Lifecycle">new, active, cooling, lapsing, lapsed.</param>
/// <param name="PriceBand">budget, middle, premium: the user's usual price against the terciles of what the shop had sold before the month of the last order; null where that is unknown.</param>
public sealed record UserTags(int Orders, double Spend, string Segment, string Lifecycle, string? PriceBand, string? FavouriteCategory, string? FavouriteBrand)
{
    /// <summary>Prices are compared in steps of one part in <c>e^(1/BinsPerUnit)</c>, about 1 %.</summary>
    public const int BinsPerUnit = 100;

    /// <summary>Days since the last order at which the tags change.</summary>
    public static IReadOnlyList<int> RecencyDays { get; } = [30, 90, 180];

    /// <summary>The tags of a user who bought <paramref name="bought"/>; null before the first order.</summary>
    /// <param name="bought">All that is known of the user; what is not before <paramref name="asOf"/> is not looked at.</param>
    /// <param name="shop">What the whole shop sold, of which likewise only what was before counts.</param>
    public static UserTags? AsOf(DateTime asOf, IEnumerable<BoughtItem> bought, IEnumerable<BoughtItem> shop) => AsOf(asOf, bought, PriceLevels.Of(shop));

    /// <summary>The same, where what the shop sold is known by its price levels.</summary>
    public static UserTags? AsOf(DateTime asOf, IEnumerable<BoughtItem> bought, PriceLevels levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        var before = bought.Where(item => item.Time < asOf).OrderBy(item => item.Time).ToList();
        if (before.Count == 0)
            return null;
        var last = before[^1].Time;
        var orders = before.Select(item => item.Time).Distinct().Count();
        var recency = RecencyDays.LastOrDefault(days => last.AddDays(days) < asOf);
        var spend = before.Sum(item => (long)Math.Round((item.Price ?? 0) * item.Quantity * 100, MidpointRounding.AwayFromZero)) / 100d;
        return new UserTags(orders, spend, SegmentOf(recency, orders), LifecycleOf(recency, orders), levels.BandOf(last, before),
            Favourite(before, item => item.Category), Favourite(before, item => item.Brand));
    }

    /// <summary>The same rules as SQL, over columns of days passed (0 or one of <see cref="RecencyDays"/>) and orders.</summary>
    public static string SegmentSql(string recency, string orders) => $"""
        CASE WHEN {orders} >= 4 AND {recency} = 0 THEN 'champion' WHEN {orders} >= 4 AND {recency} = 30 THEN 'loyal' WHEN {orders} >= 2 AND {recency} >= 90 THEN 'at-risk'
            WHEN {orders} >= 2 THEN 'promising' WHEN {recency} = 0 THEN 'new' WHEN {recency} < 180 THEN 'hibernating' ELSE 'lost' END
        """;

    /// <inheritdoc cref="SegmentSql"/>
    public static string LifecycleSql(string recency, string orders) =>
        $"CASE {recency} WHEN 0 THEN CASE WHEN {orders} = 1 THEN 'new' ELSE 'active' END WHEN 30 THEN 'cooling' WHEN 90 THEN 'lapsing' ELSE 'lapsed' END";

    private static string SegmentOf(int recency, int orders) => (recency, orders) switch
    {
        (0, >= 4) => "champion",
        (30, >= 4) => "loyal",
        ( >= 90, >= 2) => "at-risk",
        (_, >= 2) => "promising",
        (0, _) => "new",
        ( < 180, _) => "hibernating",
        _ => "lost",
    };

    private static string LifecycleOf(int recency, int orders) => recency switch
    {
        0 => orders == 1 ? "new" : "active",
        30 => "cooling",
        90 => "lapsing",
        _ => "lapsed",
    };

    private static string? Favourite(IEnumerable<BoughtItem> before, Func<BoughtItem, string?> of) => before
        .Where(item => of(item) is not null).GroupBy(item => of(item)!)
        .OrderBy(group => group.Count()).ThenBy(group => group.Max(item => item.Time)).ThenBy(group => group.Key, StringComparer.Ordinal).LastOrDefault()?.Key;
}
