using ModelOps.Features;

namespace ModelOps.Monitor.Drift.Profiles;

/// <summary>What a version knows of a product.</summary>
/// <param name="Group">Of <see cref="ItemGroups"/>.</param>
internal sealed record KnownProduct(string? Category, string? Brand, double Popularity, string? Group);

/// <summary>The products that a version ranks, from its package. One of a model of somebody's own has none: nothing is unknown to it.</summary>
internal sealed class VersionCatalogue
{
    private const char Below = '|';
    private const int FewestCategories = 5;
    private const int Deepest = 4;

    private readonly Dictionary<string, KnownProduct>? products;

    private VersionCatalogue(Dictionary<string, KnownProduct>? products, IReadOnlySet<string> largest) => (this.products, LargestCategories) = (products, largest);

    public static VersionCatalogue None { get; } = new(null, new HashSet<string>());

    /// <summary>By how popular their products were when the version was trained.</summary>
    public IReadOnlySet<string> LargestCategories { get; }

    /// <param name="categories">How many count as the largest.</param>
    /// <param name="groups">By product.</param>
    public static VersionCatalogue Of(IReadOnlyList<CatalogueItem> items, int categories, IReadOnlyDictionary<string, string> groups)
    {
        var depth = Enumerable.Range(1, Deepest).FirstOrDefault(depth => items.Select(item => Cut(item.Category, depth)).OfType<string>().Distinct().Take(FewestCategories).Count() == FewestCategories, Deepest);
        var products = items.ToDictionary(item => item.Id, item => new KnownProduct(Cut(item.Category, depth), string.IsNullOrEmpty(item.Brand) ? null : item.Brand, item.Popularity, groups.GetValueOrDefault(item.Id)));
        return new VersionCatalogue(products, products.Values.Where(product => product.Category is not null).GroupBy(product => product.Category!)
            .OrderByDescending(category => category.Sum(product => product.Popularity)).ThenBy(category => category.Key, StringComparer.Ordinal).Take(categories).Select(category => category.Key).ToHashSet());
    }

    public bool Knows(string product) => products is null || products.ContainsKey(product);

    public KnownProduct? Find(string product) => products?.GetValueOrDefault(product);

    /// <summary>The general part, as deep as it takes to tell some categories apart.</summary>
    private static string? Cut(string? category, int depth)
    {
        if (string.IsNullOrEmpty(category))
            return null;
        var parts = category.Split(Below);
        return parts.Length <= depth ? category : string.Join(Below, parts.Take(depth));
    }
}
