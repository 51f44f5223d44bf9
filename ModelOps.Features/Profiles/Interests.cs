namespace ModelOps.Features.Profiles;

/// <summary>An event behind an interest.</summary>
/// <param name="Weight">What it adds: by its kind and age.</param>
public sealed record InterestEvidence(DateTime Time, string Event, string Item, string? Title, double Weight);

/// <summary>Something that a shopper turns to.</summary>
/// <param name="Weight">Of all the shopper's interests of the kind, 0 to 1.</param>
/// <param name="Events">How many events speak for it.</param>
/// <param name="Evidence">Those that add most.</param>
public sealed record Interest(string Name, double Weight, int Events, IReadOnlyList<InterestEvidence> Evidence);

/// <summary>
/// Which categories, brands and products a shopper turns to. An event counts by its kind, as data preparation weighs it, and half after
/// each <c>halfLifeDays</c>.
/// </summary>
public sealed record Interests(IReadOnlyList<Interest> Categories, IReadOnlyList<Interest> Brands, IReadOnlyList<Interest> Products)
{
    /// <summary>So many of a kind are shown.</summary>
    public const int Most = 10;

    private const int MostEvidence = 5;

    /// <summary>By deed: a purchase says more than a view.</summary>
    private static readonly double[] Weights = [1, 4, 10];

    /// <param name="refused">Nothing of these is an interest.</param>
    /// <param name="most">Of each kind, the strongest.</param>
    public static Interests Of(ShopperPast past, ItemCatalogue catalogue, double halfLifeDays, SensitiveTopics refused, int most = Most)
    {
        ArgumentNullException.ThrowIfNull(past);
        ArgumentNullException.ThrowIfNull(refused);
        List<(CatalogueItem? Item, InterestEvidence Evidence)> events = [.. past.Events.Select(one =>
        {
            var item = ShopperPast.ItemOf(catalogue, one.Item);
            return (item, Evidence: new InterestEvidence(one.Time, one.Name, one.Item, item?.Title, Weights[(int)one.Deed] * Math.Pow(0.5, past.DaysSince(one.Time) / halfLifeDays)));
        }).Where(one => !refused.Has(one.item?.Category))];
        return new Interests(
            By(events, one => one.Item?.Category, most), By(events, one => one.Item?.Brand, most), By(events, one => one.Evidence.Item, most));
    }

    private static List<Interest> By(List<(CatalogueItem? Item, InterestEvidence Evidence)> events, Func<(CatalogueItem? Item, InterestEvidence Evidence), string?> name, int most)
    {
        var groups = events.Where(one => name(one) is { Length: > 0 }).GroupBy(one => name(one)!, one => one.Evidence)
            .Select(group => (group.Key, Sum: group.Sum(evidence => evidence.Weight), All: group.ToList())).ToList();
        var total = groups.Sum(group => group.Sum);
        return total <= 0 ? [] : [.. groups.OrderByDescending(group => group.Sum).ThenBy(group => group.Key, StringComparer.Ordinal).Take(most)
            .Select(group => new Interest(group.Key, group.Sum / total, group.All.Count, [.. group.All.OrderByDescending(evidence => evidence.Weight).Take(MostEvidence)]))];
    }
}
