namespace ModelOps.Features.Users;

/// <summary>Where the terciles lay of what the shop had sold before a month.</summary>
/// <param name="From">The month's first day.</param>
/// <param name="Low">The first tercile, in steps of <see cref="UserTags.BinsPerUnit"/>.</param>
/// <param name="High">The second.</param>
public sealed record PriceLevel(DateTime From, long Low, long High);

/// <summary>The price levels of a shop by month; after the last one, that holds on.</summary>
/// <param name="Levels">By rising month.</param>
public sealed record PriceLevels(IReadOnlyList<PriceLevel> Levels)
{
    /// <param name="shop">What was sold.</param>
    public static PriceLevels Of(IEnumerable<BoughtItem> shop)
    {
        var months = shop.Where(item => item.Price > 0).GroupBy(item => MonthOf(item.Time), BinOf).OrderBy(month => month.Key).ToList();
        var (levels, sold) = (new List<PriceLevel>(), new SortedDictionary<long, long>());
        foreach (var month in months)
        {
            foreach (var bin in month)
                sold[bin] = sold.GetValueOrDefault(bin) + 1;
            var total = sold.Values.Sum();
            // What was sold in a month counts from the next one on.
            levels.Add(new PriceLevel(month.Key.AddMonths(1), At(sold, (total + 2) / 3), At(sold, (2 * total + 2) / 3)));
        }
        return new PriceLevels(levels);
    }

    /// <returns>budget, middle or premium; null where nothing with a price was bought, or nothing sold before that month.</returns>
    internal string? BandOf(DateTime lastOrder, IEnumerable<BoughtItem> bought)
    {
        var month = MonthOf(lastOrder);
        var own = bought.Where(item => item.Price > 0).Select(BinOf).ToList();
        if (own.Count == 0 || Levels.LastOrDefault(level => level.From <= month) is not { } known)
            return null;
        var usual = own.Sum() / own.Count;
        return usual <= known.Low ? "budget" : usual <= known.High ? "middle" : "premium";
    }

    private static DateTime MonthOf(DateTime time) => new(time.Year, time.Month, 1, 0, 0, 0, DateTimeKind.Utc);

    private static long BinOf(BoughtItem item) => (long)Math.Floor(Math.Log(item.Price!.Value) * UserTags.BinsPerUnit);

    /// <summary>The bin of the n-th cheapest, counted from 1.</summary>
    private static long At(SortedDictionary<long, long> sold, long n)
    {
        foreach (var (bin, count) in sold)
        {
            n -= count;
            if (n <= 0)
                return bin;
        }
        return sold.Keys.Last();
    }
}
