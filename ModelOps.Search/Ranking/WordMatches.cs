using Lucene.Net.Search;
using ModelOps.Search.Index;
using ModelOps.Search.Queries;

namespace ModelOps.Search.Ranking;

/// <summary>The products that have a word of the query, in whatever way, and how often: weighted over fields and lengths, as BM25F does.</summary>
internal sealed class WordMatches
{
    private readonly Dictionary<int, float> frequencies = [];

    private WordMatches(QueryWord word) => Word = word;

    public QueryWord Word { get; }

    /// <summary>By document.</summary>
    public IReadOnlyDictionary<int, float> Frequencies => frequencies;

    public static WordMatches Find(CatalogueIndex index, QueryWord word, SearchWeights weights)
    {
        var matches = new WordMatches(word);
        foreach (var way in word.Alternatives)
        {
            Dictionary<int, float>? all = null;
            foreach (var term in way.Terms)
            {
                var one = FrequenciesOf(index, term, weights);
                all = all is null ? one : Both(all, one);
                if (all.Count == 0)
                    break;
            }
            foreach (var (document, frequency) in all ?? [])
                matches.frequencies[document] = Math.Max(matches.frequencies.GetValueOrDefault(document), frequency * (float)way.Weight);
        }
        return matches;
    }

    private static Dictionary<int, float> Both(Dictionary<int, float> left, Dictionary<int, float> right)
    {
        var both = new Dictionary<int, float>(Math.Min(left.Count, right.Count));
        foreach (var (document, frequency) in left)
        {
            if (right.TryGetValue(document, out var other))
                both[document] = Math.Min(frequency, other);
        }
        return both;
    }

    private static Dictionary<int, float> FrequenciesOf(CatalogueIndex index, string term, SearchWeights weights)
    {
        var frequencies = new Dictionary<int, float>();
        foreach (var field in SearchFields.All)
        {
            var weight = weights.Fields[(int)field];
            if (weight <= 0 || index.Postings(field, term) is not { } postings)
                continue;
            var lengths = index.Lengths(field);
            var b = weights.Lengths[(int)field];
            for (var document = postings.NextDoc(); document != DocIdSetIterator.NO_MORE_DOCS; document = postings.NextDoc())
            {
                var norm = 1 - b + b * lengths[document] / index.AverageLengths[(int)field];
                frequencies[document] = frequencies.GetValueOrDefault(document) + (float)(weight * postings.Freq / norm);
            }
        }
        return frequencies;
    }
}
