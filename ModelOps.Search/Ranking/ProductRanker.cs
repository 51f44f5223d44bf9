using ModelOps.Search.Index;
using ModelOps.Search.Queries;
using ModelOps.Search.Vectors;

namespace ModelOps.Search.Ranking;

/// <summary>A product's relevance to a query.</summary>
/// <param name="Document">Which product of the index.</param>
/// <param name="Lexical">BM25F times coverage, before the features; 0 for what only its vector found.</param>
/// <param name="Features">By <see cref="Feature"/>; empty for products far down, whose features are not looked at.</param>
public readonly record struct RankedProduct(int Document, double Score, double Lexical, double Coverage, float[] Features);

/// <summary>Ranks a catalogue's products for a query: first by words and, where there are any, vectors; then the best by features too.</summary>
/// <param name="pictures">Of the products, by document, zeros where one has none; null without pictures.</param>
public sealed class ProductRanker(CatalogueIndex index, ItemVectors? pictures = null)
{
    /// <summary>So many of the best by words are looked at closely.</summary>
    public const int Depth = 500;

    private const double MostCoverage = 4;

    private const float HalfPlace = 9;

    /// <summary>So many of the best by words say what is looked for.</summary>
    private const int Exemplars = 5;

    /// <summary>Every product that has a word of the query, and those that are near it, best first.</summary>
    /// <param name="near">What the query's vector says; null where there is none.</param>
    public List<RankedProduct> Rank(SearchQuery query, SearchWeights weights, QueryNeighbours? near = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(weights);
        var found = ByWords(query, weights);
        var places = near is null || !weights.UsesVectors ? null : near.Nearest.Index().ToDictionary(place => place.Item, place => place.Index);
        if (places is not null && weights.Dense > 0)
            AddNear(found, near!, weights.Dense * MostOf(query, weights));
        var looks = weights.UsesPictures ? pictures?.Mean([.. found.Take(Exemplars).Select(product => product.Document)]) : null;
        var depth = Math.Min(found.Count, Depth);
        for (var i = 0; i < depth; i++)
        {
            var features = TitleFeatures.Of(index, found[i].Document, query);
            if (places is not null)
            {
                features[(int)Feature.Cosine] = Math.Max(0, near!.Cosines[found[i].Document]);
                features[(int)Feature.Nearness] = places.TryGetValue(found[i].Document, out var place) ? HalfPlace / (HalfPlace + place) : 0;
            }
            if (looks is not null)
                features[(int)Feature.Looks] = Math.Max(0, pictures!.Cosine(found[i].Document, looks));
            found[i] = found[i] with { Features = features, Score = found[i].Score * Math.Exp(Weighted(features, weights)) };
        }
        found.Sort(0, depth, Order);
        return found;
    }

    /// <summary>The union of what words and vectors find; both add up.</summary>
    private static void AddNear(List<RankedProduct> found, QueryNeighbours near, double scale)
    {
        var known = found.Select(product => product.Document).ToHashSet();
        for (var i = 0; i < found.Count; i++)
            found[i] = found[i] with { Score = found[i].Lexical + scale * Math.Max(0, near.Cosines[found[i].Document]) };
        foreach (var document in near.Nearest.Where(document => !known.Contains(document)))
            found.Add(new RankedProduct(document, scale * near.Cosines[document], 0, 0, []));
        found.Sort(Order);
    }

    /// <summary>What a product that has every word again and again would come to; 1 for a query without words.</summary>
    private static double MostOf(SearchQuery query, SearchWeights weights) =>
        query.Words.Count == 0 ? 1 : query.Words.Sum(word => word.Idf) * (weights.Saturation + 1);

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
