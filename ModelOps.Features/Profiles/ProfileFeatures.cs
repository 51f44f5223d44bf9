namespace ModelOps.Features.Profiles;

/// <summary>
/// A shopper's past as numbers, for training and for serving. Times are days, amounts the shop's currency; NaN where there is nothing to
/// measure, such as the gap between orders of somebody with one order.
/// </summary>
public static class ProfileFeatures
{
    public const string RecencyDays = "recency_days", Orders = "orders", Spend = "spend";

    /// <summary>Recency, frequency and monetary value alone.</summary>
    public static IReadOnlyList<string> Rfm { get; } = [RecencyDays, Orders, Spend];

    /// <summary>In the order of <see cref="Of"/>.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        RecencyDays, Orders, Spend, "tenure_days", "orders_30", "orders_90", "orders_180", "spend_30", "spend_90", "order_value",
        "gap_days", "gap_deviation", "last_gap_days", "recency_by_gap", "orders_a_month", "weeks_with_orders", "products", "products_an_order", "repeat_share",
        "price_level", "categories", "views_7", "views_30", "carts_30", "view_days", "cart_days", "open_carts",
    ];

    public static float[] Of(ShopperPast past)
    {
        ArgumentNullException.ThrowIfNull(past);
        var orders = past.Orders.Select(past.DaysSince).ToArray(); // the earliest first, so falling
        var recency = orders.Length == 0 ? double.NaN : orders[^1];
        var gaps = orders.Zip(orders.Skip(1), (before, after) => before - after).ToArray();
        var gap = gaps.Length == 0 ? double.NaN : gaps.Average();
        var spend = past.Bought.Sum(Amount);
        var tenure = past.DaysSince(past.Events[0].Time);
        var products = past.Bought.Select(item => item.Item).Distinct().Count();
        var prices = past.Bought.Where(item => item.Price > 0).Select(item => Math.Log(item.Price!.Value)).ToArray();
        double[] values =
        [
            recency, orders.Length, spend, tenure, OrdersWithin(30), OrdersWithin(90), OrdersWithin(180), SpendWithin(30), SpendWithin(90), Ratio(spend, orders.Length),
            gap, Deviation(gaps, gap), gaps.Length == 0 ? double.NaN : gaps[^1], Ratio(recency, gap), 30 * orders.Length / Math.Max(tenure, 1), orders.Select(days => (int)(days / 7)).Distinct().Count(),
            products, Ratio(past.Bought.Count, orders.Length), RepeatShare(past), prices.Length == 0 ? double.NaN : prices.Average(),
            past.Bought.Select(item => item.Category).Where(category => category is not null).Distinct().Count(),
            Count(Deed.View, 7), Count(Deed.View, 30), Count(Deed.AddToCart, 30), Latest(Deed.View), Latest(Deed.AddToCart), OpenCarts(past),
        ];
        return Array.ConvertAll(values, value => (float)value);

        double OrdersWithin(double days) => orders.Count(since => since <= days);
        double SpendWithin(double days) => past.Bought.Where(item => past.DaysSince(item.Time) <= days).Sum(Amount);
        double Count(Deed deed, double days) => past.Events.Count(one => one.Deed == deed && past.DaysSince(one.Time) <= days);
        double Latest(Deed deed) => past.Events.LastOrDefault(one => one.Deed == deed) is { Item: not null } last ? past.DaysSince(last.Time) : double.NaN;
    }

    private static double Amount(Users.BoughtItem item) => (item.Price ?? 0) * item.Quantity;

    private static double Ratio(double value, double by) => by > 0 ? value / by : double.NaN;

    private static double Deviation(double[] gaps, double mean) => gaps.Length < 2 ? double.NaN : Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean)));

    /// <summary>Of what was bought after the first order, the share that had been bought before.</summary>
    private static double RepeatShare(ShopperPast past)
    {
        if (past.Orders.Count < 2)
            return double.NaN;
        var (known, repeated, later) = (new HashSet<string>(StringComparer.Ordinal), 0, 0);
        foreach (var order in past.Bought.GroupBy(item => item.Time))
        {
            if (known.Count > 0)
                (repeated, later) = (repeated + order.Count(item => known.Contains(item.Item)), later + order.Count());
            known.UnionWith(order.Select(item => item.Item));
        }
        return Ratio(repeated, later);
    }

    /// <summary>Products put into the cart within thirty days and not bought since.</summary>
    private static double OpenCarts(ShopperPast past)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in past.Events.Where(one => past.DaysSince(one.Time) <= 30))
        {
            if (one.Deed == Deed.AddToCart)
                open.Add(one.Item);
            else if (one.Deed == Deed.Purchase)
                open.Remove(one.Item);
        }
        return open.Count;
    }
}
