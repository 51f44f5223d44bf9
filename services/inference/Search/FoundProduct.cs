using ModelOps.EventLog;
using ModelOps.Features;
using ModelOps.Search;
using ModelOps.Search.Queries;
using ModelOps.Search.Ranking;

namespace ModelOps.Inference.Search;

/// <summary>A product on its way into an answer, with its price and stock as the shop told them last.</summary>
internal sealed class FoundProduct
{
    private List<string>? rules;

    public FoundProduct(RankedProduct ranked, SearchProduct product, ProductState? state, double liking)
    {
        (Ranked, Product, Liking, Score) = (ranked, product, liking, ranked.Score * liking);
        Item = new CatalogueItem(product.Id, product.Title, product.Brand, product.Category, state?.Price ?? product.Price, state?.Available ?? product.Available, product.Popularity);
    }

    public RankedProduct Ranked { get; }

    public SearchProduct Product { get; }

    /// <summary>As rules look at it.</summary>
    public CatalogueItem Item { get; }

    public int Document => Ranked.Document;

    /// <summary>What the shopper's history multiplies its score with.</summary>
    public double Liking { get; }

    public double Score { get; private set; }

    /// <summary>What the reranker multiplied its score with.</summary>
    public double Reranked { get; private set; } = 1;

    public IReadOnlyList<string>? Rules => rules;

    public void MultipliedBy(double factor)
    {
        Reranked *= factor;
        Score *= factor;
    }

    public void MovedBy(string rule, double by = 0)
    {
        (rules ??= []).Add(rule);
        Score += by;
    }

    /// <summary>The numbers that its place comes from.</summary>
    public Dictionary<string, double> Why(SearchEngine engine, SearchQuery query)
    {
        var weights = engine.Settings.Weights;
        var why = new Dictionary<string, double> { ["words"] = Ranked.Lexical, ["coverage"] = Ranked.Coverage, ["liking"] = Liking };
        foreach (var (field, part) in FieldScores.Of(engine.Index, query, weights, Ranked))
            why[$"words.{field.ToString().ToLowerInvariant()}"] = part;
        var product = 1.0;
        for (var i = 0; i < Ranked.Features.Length; i++)
        {
            if (Ranked.Features[i] == 0)
                continue;
            var factor = Math.Exp(Ranked.Features[i] * weights.Features.ElementAtOrDefault(i));
            why[((Feature)i).ToString().ToLowerInvariant()] = factor;
            product *= factor;
        }
        if (weights.UsesVectors && Ranked.Features.Length > 0 && Ranked.Score / product - Ranked.Lexical is > 1e-9 and var vectors)
            why["vectors"] = vectors;
        if (Reranked > 1)
            why["reranked"] = Reranked;
        return why;
    }
}
