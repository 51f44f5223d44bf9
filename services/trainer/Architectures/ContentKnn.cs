// Salton, Buckley: Term-weighting approaches in automatic text retrieval. 1988, https://doi.org/10.1016/0306-4573(88)90021-0
using ModelOps.Features;

namespace ModelOps.Trainer.Architectures;

/// <summary>How much what a catalogue says makes items neighbours.</summary>
/// <param name="Brand">Weight of the brand beside a word of the title.</param>
/// <param name="Category">Weight of each step of the category.</param>
/// <param name="Popularity">Power of the neighbour's count, plus one, that multiplies: 0 asks for likeness alone.</param>
/// <param name="Memory">The item before the last one asks this much of the last one, and so on.</param>
/// <param name="Neighbours">Kept of each item.</param>
public sealed record ContentKnnSettings(double Brand, double Category, double Popularity, double Memory, int Neighbours)
{
    public static ContentKnnSettings Default { get; } = new(1, 1, 0.5, 0.8, 100);

    /// <summary>Other values to try, a list a setting.</summary>
    public static IReadOnlyList<IReadOnlyList<Func<ContentKnnSettings, ContentKnnSettings>>> Axes { get; } =
    [
        [.. new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(value => (Func<ContentKnnSettings, ContentKnnSettings>)(settings => settings with { Popularity = value }))],
        [.. new[] { 0.3, 0.5, 1, 2, 4 }.Select(value => (Func<ContentKnnSettings, ContentKnnSettings>)(settings => settings with { Brand = value }))],
        [.. new[] { 0, 0.5, 1, 2 }.Select(value => (Func<ContentKnnSettings, ContentKnnSettings>)(settings => settings with { Category = value }))],
        [.. new[] { 0.5, 0.65, 0.8, 0.9, 1 }.Select(value => (Func<ContentKnnSettings, ContentKnnSettings>)(settings => settings with { Memory = value }))],
    ];
}

/// <summary>Items that the catalogue describes alike, by the cosine of their weighted words, brand and category. Knows an item before its first click.</summary>
public static class ContentKnn
{
    /// <summary>A word that more items share is passed over in looking for neighbours; it would cost much and say little.</summary>
    private const int MostItems = 2000;

    public static Neighbours Count(Observed observed, ContentKnnSettings settings)
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(settings);
        var described = observed.Catalogue.Select(item => Words(item, settings)).ToArray();
        var items = new Dictionary<string, List<(int Item, double Weight)>>();
        for (var i = 0; i < described.Length; i++)
        {
            foreach (var (word, weight) in described[i])
            {
                if (!items.TryGetValue(word, out var of))
                    items[word] = of = [];
                of.Add((i + 1, weight));
            }
        }
        double Rarity(string word) => Math.Log((described.Length + 1.0) / items[word].Count);
        var norms = described.Select(words => Math.Sqrt(words.Sum(word => Math.Pow(word.Value * Rarity(word.Key), 2)))).ToArray();
        var counts = new Postings(observed.Sequences, observed.Items);
        var favour = Enumerable.Range(0, observed.Items + 1).Select(item => Math.Pow(1 + counts.CountOf(item), settings.Popularity)).ToArray();
        return Neighbours.Find("contentKnn", observed, settings.Memory, settings.Neighbours, (item, tally) =>
        {
            foreach (var (word, weight) in described[item - 1].Where(word => items[word.Key].Count <= MostItems))
            {
                var worth = Math.Pow(Rarity(word), 2) * weight;
                foreach (var (other, otherWeight) in items[word])
                {
                    if (other != item)
                        tally.Add(other, worth * otherWeight);
                }
            }
            return other => tally[other] / (norms[item - 1] * norms[other - 1]) * favour[other];
        });
    }

    private static Dictionary<string, double> Words(CatalogueItem item, ContentKnnSettings settings)
    {
        var words = CatalogueText.Words(item).Distinct().ToDictionary(word => word, _ => 1.0);
        if (!string.IsNullOrWhiteSpace(item.Brand))
            words["brand:" + item.Brand] = settings.Brand;
        foreach (var step in CatalogueText.Steps(item).Where(_ => settings.Category > 0))
            words["category:" + step] = settings.Category;
        return words;
    }
}
