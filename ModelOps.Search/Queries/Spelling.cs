using ModelOps.Search.Index;

namespace ModelOps.Search.Queries;

/// <summary>
/// Words of the catalogue near a misspelled one: Damerau's distance, in which neighbours that changed places are one mistake, over
/// candidates from deletions (Garbe's symmetric delete). Words with digits are not corrected: another model number is another product.
/// </summary>
public sealed class Spelling
{
    private const int ShortestForOne = 4, ShortestForTwo = 8, Longest = 30, MostSpellings = 3, Keyed = 7;

    private readonly Dictionary<string, List<string>> byDeletion = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, int> products;

    /// <param name="products">Each word, not stemmed, with the number of products that have it.</param>
    public Spelling(IReadOnlyDictionary<string, int> products)
    {
        ArgumentNullException.ThrowIfNull(products);
        this.products = products;
        foreach (var word in products.Keys.Where(word => word.Length is >= ShortestForOne - 1 and <= Longest && word.All(char.IsLetter)))
        {
            foreach (var key in Deletions(Beginning(word), 1).Distinct())
            {
                if (!byDeletion.TryGetValue(key, out var words))
                    byDeletion[key] = words = [];
                words.Add(word);
            }
        }
    }

    /// <summary>The catalogue's words that may have been meant, the likeliest first.</summary>
    /// <returns>Empty where the word is in the catalogue or nothing is near.</returns>
    public IReadOnlyList<(string Word, int Distance)> Of(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        if (word.Length is < ShortestForOne or > Longest || products.ContainsKey(word) || !word.All(char.IsLetter))
            return [];
        var most = word.Length >= ShortestForTwo ? 2 : 1;
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var candidate in Deletions(Beginning(word), most).Distinct().SelectMany(key => byDeletion.GetValueOrDefault(key) ?? []))
        {
            if (!found.ContainsKey(candidate) && Math.Abs(candidate.Length - word.Length) <= most && Distance(word, candidate, most) is { } distance)
                found[candidate] = distance;
        }
        return [.. found.Select(pair => (pair.Key, pair.Value))
            .OrderBy(pair => pair.Value).ThenBy(pair => pair.Key[0] == word[0] ? 0 : 1).ThenByDescending(pair => products[pair.Key]).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MostSpellings)];
    }

    private static string Beginning(string word) => word.Length <= Keyed ? word : word[..Keyed];

    private static IEnumerable<string> Deletions(string word, int most)
    {
        yield return word;
        if (most == 0 || word.Length < 2)
            yield break;
        for (var i = 0; i < word.Length; i++)
        {
            foreach (var deeper in Deletions(word.Remove(i, 1), most - 1))
                yield return deeper;
        }
    }

    /// <returns>Null where it is more than <paramref name="most"/>.</returns>
    internal static int? Distance(string left, string right, int most)
    {
        var rows = new int[3, right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var (now, last, before) = (i % 3, (i + 2) % 3, (i + 1) % 3);
            rows[now, 0] = i;
            var least = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Math.Min(Math.Min(rows[now, j - 1], rows[last, j]) + 1, rows[last, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    cost = Math.Min(cost, rows[before, j - 2] + 1);
                rows[now, j] = cost;
                least = Math.Min(least, cost);
            }
            if (least > most)
                return null;
        }
        return rows[left.Length % 3, right.Length] is var distance && distance <= most ? distance : null;
    }
}
