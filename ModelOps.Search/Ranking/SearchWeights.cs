using System.Text.Json.Serialization;

namespace ModelOps.Search.Ranking;

/// <summary>
/// How a product's relevance is computed: Robertson's BM25F over the fields, times the share of the query that the product has, times
/// e to the power of the weighted features. The defaults carry over between catalogues; a shop with judgements or clicks learns its own.
/// </summary>
public sealed record SearchWeights
{
    /// <summary>What a shop without judgements and clicks has.</summary>
    public static SearchWeights Default { get; } = new();

    /// <summary>By <see cref="Index.SearchField"/>: what a word there counts.</summary>
    public IReadOnlyList<double> Fields { get; init; } = [1, .5, 1, .3, .1];

    /// <summary>0 to 1: how far a field's length counts against it, by field.</summary>
    public IReadOnlyList<double> Lengths { get; init; } = [.7, 0, .5, .6, .9];

    /// <summary>After how many occurrences another one says little.</summary>
    public double Saturation { get; init; } = 1.2;

    /// <summary>The power of the idf-share of the query's words that the product has.</summary>
    public double Coverage { get; init; } = 2;

    /// <summary>By <see cref="Ranking.Feature"/>; those that are not here weigh nothing.</summary>
    public IReadOnlyList<double> Features { get; init; } = [.2, 0, 0, 0, 0, .2, .2];

    /// <summary>What a cosine of 1 between the vectors of query and product adds, as a share of the most that the query's words could give; 0 leaves what only the vectors find out.</summary>
    public double Dense { get; init; }

    /// <summary>Whether a query's vector changes anything.</summary>
    [JsonIgnore]
    public bool UsesVectors => Dense > 0 || Of(Feature.Cosine) != 0 || Of(Feature.Nearness) != 0;

    /// <summary>Whether products' pictures change anything.</summary>
    [JsonIgnore]
    public bool UsesPictures => Of(Feature.Looks) != 0;

    private double Of(Feature feature) => Features.ElementAtOrDefault((int)feature);
}
