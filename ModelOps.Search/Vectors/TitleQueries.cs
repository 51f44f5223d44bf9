// Henderson et al.: Efficient Natural Language Response Suggestion for Smart Reply. 2017, https://arxiv.org/abs/1705.00652;
// Karpukhin et al.: Dense Passage Retrieval. EMNLP 2020, https://arxiv.org/abs/2004.04906 (hard negatives from BM25)
using ModelOps.Search.Analysis;
using ModelOps.Search.Ranking;

namespace ModelOps.Search.Vectors;

/// <summary>What a shopper might have typed for a product.</summary>
/// <param name="Document">The product.</param>
/// <param name="Others">Products that words find for the query too, though they have only some of them.</param>
public sealed record TitleQuery(string Text, int Document, IReadOnlyList<int> Others);

/// <summary>
/// Makes queries of a catalogue, from which an encoder learns before anybody has judged or clicked: what a title says that its product
/// is, with a word that describes it, its brand, or one of its attributes.
/// </summary>
public sealed class TitleQueries(SearchEngine engine, int seed)
{
    private const int MostWords = 3, MostOthers = 1, Looked = 40, LongestAttribute = 30;

    private readonly ProductRanker ranker = new(engine.Index);

    /// <param name="most">Products of which one is made, drawn by chance where there are more.</param>
    /// <returns>One for a product whose title has words; the same for the same seed.</returns>
    public List<TitleQuery> Make(int most)
    {
        var documents = Enumerable.Range(0, engine.Index.Products.Count).ToArray();
        new Random(seed).Shuffle(documents);
        var made = new TitleQuery?[Math.Min(most, documents.Length)];
        Parallel.For(0, made.Length, i => made[i] = Make(documents[i], new Random(unchecked(seed * 1_000_003 + documents[i]))));
        return [.. made.OfType<TitleQuery>()];
    }

    private TitleQuery? Make(int document, Random random)
    {
        var product = engine.Index.Products[document];
        var title = engine.Index.Titles[document];
        var words = ProductText.Read(product.Title).Where(token => token.Kind == TokenKind.Word).DistinctBy(token => token.Position).Select(token => token.Text).Take(title.Name).ToList();
        if (words.Count == 0)
            return null;
        var head = title.Head >= 0 && title.Head < words.Count ? words[title.Head] : words[^1];
        var text = random.Next(4) switch
        {
            0 => head,
            1 => $"{words[random.Next(words.Count)]} {head}",
            2 => AttributeOf(product, random) is { } value ? $"{value} {head}" : $"{product.Brand} {head}".Trim(),
            _ => string.Join(' ', words.Index().OrderBy(_ => random.Next()).Take(1 + random.Next(MostWords)).OrderBy(word => word.Index).Select(word => word.Item)),
        };
        return new TitleQuery(text, document, OthersOf(text, document, random));
    }

    private static string? AttributeOf(SearchProduct product, Random random)
    {
        string[] values = [.. (product.Attributes?.Values ?? []).Where(value => value.Length is > 0 and <= LongestAttribute).Order(StringComparer.Ordinal)];
        return values.Length == 0 ? null : values[random.Next(values.Length)];
    }

    private List<int> OthersOf(string text, int document, Random random)
    {
        var partly = ranker.ByWords(engine.Read(text), SearchWeights.Default).Take(Looked).Where(found => found.Coverage < .999 && found.Document != document).Select(found => found.Document).ToArray();
        random.Shuffle(partly);
        return [.. partly.Take(MostOthers)];
    }
}
