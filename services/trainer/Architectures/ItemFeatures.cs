using ModelOps.Features;

namespace ModelOps.Trainer.Architectures;

/// <summary>What a catalogue says of each item, as numbered features: brand, steps of the category, words of the title, band of the price.</summary>
/// <param name="Count">Features, without the padding.</param>
/// <param name="Width">The most of one item.</param>
/// <param name="Ids">(items + 1, width) from 1, padded with 0; row 0 is the padding's.</param>
public sealed record ItemFeatures(int Count, int Width, long[] Ids)
{
    /// <summary>By id, from 1: such as <c>brand:ACME</c>.</summary>
    public IReadOnlyList<string> Names { get; private init; } = [];

    /// <summary>What the items look like, (items + 1, dimensions); row 0 is the padding's.</summary>
    public ItemPictures? Pictures { get; init; }

    /// <summary>Where only pictures say something of the items.</summary>
    public static ItemFeatures OfPictures(ItemPictures pictures, int items) => new(0, 1, new long[items + 1]) { Pictures = pictures };

    /// <summary>Of one item, the rarest if there are more.</summary>
    private const int Most = 16;

    private const int PriceBands = 10;

    /// <summary>A feature of fewer items says nothing that their own vectors do not.</summary>
    private const int FewestItems = 2;

    /// <summary>Null where fewer than half of the items are described.</summary>
    public static ItemFeatures? Of(IReadOnlyList<CatalogueItem> catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        var prices = catalogue.Where(item => item.Price > 0).Select(item => item.Price!.Value).Order().ToArray();
        var named = catalogue.Select(item => NamesOf(item, prices).ToHashSet()).ToArray();
        var counts = named.SelectMany(names => names).CountBy(name => name).Where(pair => pair.Value >= FewestItems && pair.Value <= catalogue.Count / 2).ToDictionary();
        var ids = counts.Keys.Order(StringComparer.Ordinal).Select((name, at) => (name, Id: at + 1L)).ToDictionary(pair => pair.name, pair => pair.Id);
        var chosen = named.Select(names => names.Where(ids.ContainsKey).OrderBy(name => counts[name]).ThenBy(name => ids[name]).Take(Most).Select(name => ids[name]).ToArray()).ToArray();
        if (chosen.Count(features => features.Length > 0) * 2 < catalogue.Count || ids.Count == 0)
            return null;
        var width = chosen.Max(features => features.Length);
        var table = new long[(catalogue.Count + 1) * width];
        for (var i = 0; i < chosen.Length; i++)
            chosen[i].CopyTo(table, (i + 1) * width);
        return new ItemFeatures(ids.Count, width, table) { Names = [.. ids.OrderBy(pair => pair.Value).Select(pair => pair.Key)] };
    }

    private static IEnumerable<string> NamesOf(CatalogueItem item, double[] prices)
    {
        if (!string.IsNullOrWhiteSpace(item.Brand))
            yield return "brand:" + item.Brand.ToUpperInvariant();
        foreach (var step in CatalogueText.Steps(item))
            yield return "category:" + step;
        if (item.Price > 0)
            yield return $"price:{PriceBands * Array.BinarySearch(prices, item.Price.Value) / prices.Length}";
        foreach (var word in CatalogueText.Words(item))
            yield return "word:" + word;
    }
}
