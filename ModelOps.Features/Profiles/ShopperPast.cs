using ModelOps.Features.Users;

namespace ModelOps.Features.Profiles;

/// <summary>
/// What is known of a shopper at a moment. It is the only way to a feature: training makes it for every snapshot, serving for every answer,
/// and what does not lie before the moment is not in it.
/// </summary>
public sealed class ShopperPast
{
    /// <summary>Of a longer history the latest count; training and serving cut alike.</summary>
    public const int Longest = 1000;

    private ShopperPast(DateTime asOf, ShopperEvent[] events, ItemCatalogue catalogue)
    {
        (AsOf, Events) = (asOf, events);
        Bought = [.. events.Where(one => one.Deed == Deed.Purchase).Select(one =>
        {
            var item = ItemOf(catalogue, one.Item);
            return new BoughtItem(one.Time, one.Item, one.Quantity, one.Price, item?.Category, item?.Brand);
        })];
        Orders = [.. Bought.Select(item => item.Time).Distinct()];
    }

    public DateTime AsOf { get; }

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<ShopperEvent> Events { get; }

    /// <summary>Purchases alone, with what the catalogue says.</summary>
    public IReadOnlyList<BoughtItem> Bought { get; }

    /// <summary>Moments at which the shopper bought, the earliest first.</summary>
    public IReadOnlyList<DateTime> Orders { get; }

    /// <param name="events">In any order; those that are not before <paramref name="asOf"/> are not looked at.</param>
    /// <returns>Null where nothing was before.</returns>
    public static ShopperPast? Of(DateTime asOf, IEnumerable<ShopperEvent> events, ItemCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(catalogue);
        ShopperEvent[] before = [.. events.Where(one => one.Time < asOf).OrderBy(one => one.Time).TakeLast(Longest)];
        return before.Length == 0 ? null : new ShopperPast(asOf, before, catalogue);
    }

    /// <returns>Null for a product that the catalogue does not know.</returns>
    public static CatalogueItem? ItemOf(ItemCatalogue catalogue, string item)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        return catalogue.Vocabulary.IndexOf(item) is > 0 and var index ? catalogue.Items[index - 1] : null;
    }

    public double DaysSince(DateTime time) => (AsOf - time).TotalDays;
}
