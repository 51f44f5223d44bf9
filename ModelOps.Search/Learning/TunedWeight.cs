using ModelOps.Search.Index;
using ModelOps.Search.Ranking;

namespace ModelOps.Search.Learning;

/// <summary>A number of <see cref="SearchWeights"/> that is learned, with the values that are tried.</summary>
internal sealed record TunedWeight(string Name, IReadOnlyList<double> Values, Func<SearchWeights, double, SearchWeights> Set)
{
    /// <summary>Few, because judgements are few: each could fit what is not there.</summary>
    public static IReadOnlyList<TunedWeight> All { get; } =
    [
        Field(SearchField.Description, [.2, .3, .45]),
        Field(SearchField.Attributes, [.05, .1, .2]),
        Length(SearchField.Title, [.5, .6, .7, .8]),
        Feature(Ranking.Feature.Head, [0, .1, .2, .4]),
        Feature(Ranking.Feature.Brand, [0, .2]),
        Feature(Ranking.Feature.Popularity, [0, .2, .5]),
    ];

    /// <summary>Every setting of all of them, over the defaults.</summary>
    /// <param name="usePopularity">False where all products are equally popular, so that it says nothing.</param>
    public static List<SearchWeights> Settings(bool usePopularity)
    {
        List<SearchWeights> settings = [SearchWeights.Default];
        foreach (var weight in All.Where(weight => usePopularity || weight.Name != $"feature.{Ranking.Feature.Popularity}"))
            settings = [.. settings.SelectMany(setting => weight.Values.Select(value => weight.Set(setting, value)))];
        return settings;
    }

    /// <summary>How far vectors count beside words, over weights that are learned already; the first leaves vectors out.</summary>
    public static List<SearchWeights> WithVectors(SearchWeights words)
    {
        List<SearchWeights> settings = [words];
        foreach (var weight in Vectors)
            settings = [.. settings.SelectMany(setting => weight.Values.Select(value => weight.Set(setting, value)))];
        return settings;
    }

    /// <summary>How far the looks of products count; the first leaves them out.</summary>
    public static List<SearchWeights> WithPictures(SearchWeights without) => [without, .. Pictures.Values.Select(value => Pictures.Set(without, value))];

    private static TunedWeight Pictures { get; } = Feature(Ranking.Feature.Looks, [.25, .5, 1, 2]);

    private static IReadOnlyList<TunedWeight> Vectors { get; } =
    [
        new("dense", [0, .05, .1, .2, .4], (weights, value) => weights with { Dense = value }),
        Feature(Ranking.Feature.Cosine, [0, .5, 1, 2]),
        Feature(Ranking.Feature.Nearness, [0, .3]),
    ];

    private static TunedWeight Field(SearchField field, double[] values) => new($"field.{field}", values, (weights, value) => weights with { Fields = With(weights.Fields, (int)field, value) });

    private static TunedWeight Length(SearchField field, double[] values) => new($"length.{field}", values, (weights, value) => weights with { Lengths = With(weights.Lengths, (int)field, value) });

    private static TunedWeight Feature(Feature feature, double[] values) => new($"feature.{feature}", values, (weights, value) => weights with { Features = With(weights.Features, (int)feature, value) });

    private static double[] With(IReadOnlyList<double> values, int at, double value) =>
        [.. Enumerable.Range(0, Math.Max(values.Count, at + 1)).Select(i => i == at ? value : values.ElementAtOrDefault(i))];
}
