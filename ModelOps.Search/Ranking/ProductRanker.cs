using ModelOps.Search.Index;
using ModelOps.Search.Queries;

namespace ModelOps.Search.Ranking;

/// <summary>A product's relevance to a query.</summary>
/// <param name="Document">Which product of the index.</param>
/// <param name="Lexical">BM25F times coverage, before the features.</param>
/// <param name="Features">By <see cref="Feature"/>; empty for products far down, whose features are not looked at.</param>
public readonly record struct RankedProduct(int Document, double Score, double Lexical, double Coverage, float[] Features);

/// <summary>Ranks a catalogue's products for a query: first by words, then the best by features too.</summary>
public sealed class ProductRanker(CatalogueIndex index)
{
    /// <summary>So many of the best by words are looked at closely.</summary>
    public const int Depth = 500;

    private const double MostCoverage = 4;

    /// <summary>Every product that has a word of the query, best first.</summary>
    public List<RankedProduct> Rank(SearchQuery query, SearchWeights weights)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(weights);
        var found = ByWords(query, weights);
        var near = found.Count <= Depth ? found.Count : Depth;
        for (var i = 0; i < near; i++)
        {
            var features = TitleFeatures.Of(index, found[i].Document, query);
            found[i] = found[i] with { Features = features, Score = found[i].Lexical * Math.Exp(Weighted(features, weights)) };
        }
        found.Sort(0, near, Order);
        return found;
    }

    internal List<RankedProduct> ByWords(SearchQuery query, SearchWeights weights)
    {
        var matches = query.Words.Select(word => WordMatches.Find(index, word, weights)).ToList();
        var total = query.Words.Sum(word => word.Idf);
        var sums = new Dictionary<int, (double Score, double Idf)>();
        foreach (var match in matches)
        {
            foreach (var (document, frequency) in match.Frequencies)
            {
                var (score, idf) = sums.GetValueOrDefault(document);
                sums[document] = (score + match.Word.Idf * frequency * (weights.Saturation + 1) / (frequency + weights.Saturation), idf + match.Word.Idf);
            }
        }
        var found = new List<RankedProduct>(sums.Count);
        foreach (var (document, (score, idf)) in sums)
        {
            var coverage = total > 0 ? Math.Min(1, idf / total) : 1;
            var lexical = score * Math.Pow(coverage, Math.Min(MostCoverage, weights.Coverage));
            found.Add(new RankedProduct(document, lexical, lexical, coverage, []));
        }
        found.Sort(Order);
        return found;
    }

    private static double Weighted(float[] features, SearchWeights weights)
    {
        double sum = 0;
        for (var i = 0; i < Math.Min(features.Length, weights.Features.Count); i++)
            sum += features[i] * weights.Features[i];
        return sum;
    }

    private static readonly Comparer<RankedProduct> Order = Comparer<RankedProduct>.Create((left, right) =>
        right.Score.CompareTo(left.Score) is not 0 and var order ? order : left.Document.CompareTo(right.Document));
}
