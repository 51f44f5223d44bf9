using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Packages;
using ModelOps.Search.Queries;
using ModelOps.Search.Ranking;
using ModelOps.Search.Suggestions;
using ModelOps.Search.Vectors;

namespace ModelOps.Search;

/// <summary>Why products were found.</summary>
public static class Matching
{
    /// <summary>The best has every word of the query.</summary>
    public const string All = "all";

    /// <summary>No product has every word; these have some.</summary>
    public const string Some = "some";

    /// <summary>No product has a word of the query; these are near it by their vectors.</summary>
    public const string Near = "near";

    /// <summary>No product has a word of the query, or it has none: popular products come instead.</summary>
    public const string None = "none";
}

/// <summary>What a query found, before filters.</summary>
/// <param name="Products">Best first.</param>
/// <param name="Match">One of <see cref="Matching"/>.</param>
public sealed record Findings(SearchQuery Query, IReadOnlyList<RankedProduct> Products, string Match);

/// <summary>A catalogue that can be searched: reads queries, ranks products, completes what is typed. Safe for calls at once.</summary>
public sealed class SearchEngine : IDisposable
{
    /// <summary>A product with less than this share of what the best has of the query is not found.</summary>
    private const double LeastCoverage = .5;

    private readonly QueryReader reader;
    private readonly ProductRanker ranker;
    private readonly IReadOnlyList<RankedProduct> popular;

    /// <param name="vectors">Of the products, where queries have vectors too.</param>
    /// <param name="pictures">Vectors of the products' pictures.</param>
    public SearchEngine(CatalogueIndex index, SearchSettings settings, ItemVectors? vectors = null, ItemVectors? pictures = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(settings);
        (Index, Settings, Vectors, Pictures) = (index, settings, vectors, pictures);
        reader = new QueryReader(index, new Synonyms(settings.Synonyms, index.Stemmer), new Spelling(WordsOf(index)));
        ranker = new ProductRanker(index, pictures);
        Suggestions = new Suggester(index, settings.Queries);
        Documents = index.Products.Index().ToDictionary(product => product.Item.Id, product => product.Index, StringComparer.Ordinal);
        popular = [.. index.Products.Index().OrderByDescending(product => product.Item.Popularity).ThenBy(product => product.Index)
            .Select(product => new RankedProduct(product.Index, product.Item.Popularity, 0, 0, []))];
    }

    public CatalogueIndex Index { get; }

    public SearchSettings Settings { get; }

    public ItemVectors? Vectors { get; }

    public ItemVectors? Pictures { get; }

    public Suggester Suggestions { get; }

    /// <summary>Where a product is in the index, by its id.</summary>
    public IReadOnlyDictionary<string, int> Documents { get; }

    public SearchQuery Read(string? text) => reader.Read(text);

    /// <param name="text">Whatever was typed; nothing in it is syntax.</param>
    /// <param name="weights">Instead of the package's.</param>
    /// <param name="vector">The query's, by the encoder that made the products'; without it words alone find.</param>
    public Findings Search(string? text, SearchWeights? weights = null, float[]? vector = null)
    {
        var query = Read(text);
        var ranked = ranker.Rank(query, weights ?? Settings.Weights, vector is null ? null : Vectors?.Near(vector));
        if (ranked.Count == 0)
            return new Findings(query, popular, Matching.None);
        var most = ranked.Max(product => product.Coverage);
        ranked.RemoveAll(product => product.Coverage > 0 && product.Coverage < LeastCoverage * most);
        return new Findings(query, ranked, most > 1 - 1e-6 ? Matching.All : most > 0 ? Matching.Some : Matching.Near);
    }

    /// <summary>The words that a misspelled one may stand for, as titles, brands and categories spell them, and in the singular.</summary>
    private static Dictionary<string, int> WordsOf(CatalogueIndex index)
    {
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var product in index.Products)
        {
            var written = ProductText.Read($"{product.Title} | {product.Brand} | {product.Category}").Where(token => token.Kind == TokenKind.Word).Select(token => token.Text);
            foreach (var word in written.SelectMany(word => new[] { word, index.Stemmer.Stem(word) }).Distinct())
                words[word] = words.GetValueOrDefault(word) + 1;
        }
        return words;
    }

    public void Dispose() => Index.Dispose();
}
