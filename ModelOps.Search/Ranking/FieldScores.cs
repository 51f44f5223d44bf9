using ModelOps.Search.Index;
using ModelOps.Search.Queries;

namespace ModelOps.Search.Ranking;

/// <summary>
/// How much of a product's <see cref="RankedProduct.Lexical"/> each field gives. BM25F saturates the sum over fields, not each field, so a
/// field's part is its share of the weighted frequency, word by word; the parts add up to the whole.
/// </summary>
public static class FieldScores
{
    /// <param name="product">Found by the query under these weights.</param>
    /// <returns>Without fields that give nothing; empty for a product that has no word of the query.</returns>
    public static IReadOnlyDictionary<SearchField, double> Of(CatalogueIndex index, SearchQuery query, SearchWeights weights, RankedProduct product)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(weights);
        var parts = new Dictionary<SearchField, double>();
        foreach (var word in query.Words)
        {
            var frequency = WordMatches.Find(index, word, weights).Frequencies.GetValueOrDefault(product.Document);
            if (frequency <= 0)
                continue;
            var alone = SearchFields.All.ToDictionary(field => field, field => (double)WordMatches.Find(index, word, Only(weights, field)).Frequencies.GetValueOrDefault(product.Document));
            // A way of several words may have one in each of two fields, and so none of them whole.
            var whole = alone.Values.Sum() is > 0 and var sum ? sum : 1;
            foreach (var (field, part) in alone.Where(field => field.Value > 0))
                parts[field] = parts.GetValueOrDefault(field) + word.Idf * frequency * (weights.Saturation + 1) / (frequency + weights.Saturation) * part / whole;
        }
        var total = parts.Values.Sum();
        return total > 0 ? parts.ToDictionary(field => field.Key, field => product.Lexical * field.Value / total) : parts;
    }

    private static SearchWeights Only(SearchWeights weights, SearchField field) => weights with { Fields = [.. weights.Fields.Index().Select(weight => weight.Index == (int)field ? weight.Item : 0)] };
}
