using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Packages;
using ModelOps.Search.Queries;

namespace ModelOps.Search.Suggestions;

/// <param name="Weight">How often it was asked, or how many products it names.</param>
public sealed record Suggestion(string Text, double Weight);

/// <summary>Completes what a shopper types: queries that were asked, brands, categories, and the names that titles give to several products.</summary>
public sealed class Suggester
{
    /// <summary>A query that was asked says more than a product's name.</summary>
    private const double Asked = 10;

    private const int LongestName = 3, FewestNamed = 2, LongestPrefix = 100;

    private readonly Suggestion[] inOrder;
    private readonly string[] keys;

    public Suggester(CatalogueIndex index, IEnumerable<AskedQuery> queries)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(queries);
        var weights = new Dictionary<string, (string Text, double Weight)>(StringComparer.Ordinal);
        void Add(string text, double weight)
        {
            var key = KeyOf(text);
            if (key.Length > 1)
                weights[key] = weights.TryGetValue(key, out var known) ? (known.Text, known.Weight + weight) : (text.Trim(), weight);
        }
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (product, title) in index.Products.Zip(index.Titles))
        {
            if (product.Brand is { } brand)
                Add(brand, 1);
            if (product.Category?.Split('|')[^1] is { } category)
                Add(category, 1);
            foreach (var name in NamesOf(product, title))
                names[name] = names.GetValueOrDefault(name) + 1;
        }
        foreach (var (name, count) in names.Where(pair => pair.Value >= FewestNamed))
            Add(name, count);
        foreach (var query in queries)
            Add(query.Text, query.Count * Asked);
        var sorted = weights.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        keys = [.. sorted.Select(pair => pair.Key)];
        inOrder = [.. sorted.Select(pair => new Suggestion(pair.Value.Text, pair.Value.Weight))];
    }

    /// <summary>The most frequent completions of <paramref name="prefix"/>.</summary>
    public IReadOnlyList<Suggestion> Complete(string? prefix, int count)
    {
        var key = KeyOf(prefix ?? "");
        if (key.Length is 0 or > LongestPrefix)
            return [];
        var at = Array.BinarySearch(keys, key, StringComparer.Ordinal);
        var found = new PriorityQueue<Suggestion, double>();
        for (var i = at < 0 ? ~at : at; i < keys.Length && keys[i].StartsWith(key, StringComparison.Ordinal); i++)
        {
            found.Enqueue(inOrder[i], inOrder[i].Weight);
            if (found.Count > count)
                found.Dequeue();
        }
        return [.. found.UnorderedItems.Select(one => one.Element).OrderByDescending(one => one.Weight).ThenBy(one => one.Text, StringComparer.Ordinal)];
    }

    /// <summary>The head of the title with up to two words before it.</summary>
    private static IEnumerable<string> NamesOf(SearchProduct product, ProductTitle title)
    {
        if (title.Head < 0)
            yield break;
        var words = ProductText.Read(product.Title).Where(token => token.Kind == TokenKind.Word).DistinctBy(token => token.Position).Select(token => token.Text).ToArray();
        for (var length = 1; length <= LongestName && title.Head - length + 1 >= 0; length++)
        {
            if (!words[title.Head - length + 1].All(char.IsLetter))
                yield break;
            yield return string.Join(' ', words, title.Head - length + 1, length);
        }
    }

    private static string KeyOf(string text) => QueryForm.Of(text.Length > LongestPrefix * 2 ? text[..(LongestPrefix * 2)] : text);
}
