using ModelOps.Search.Index;
using ModelOps.Search.Ranking;

namespace ModelOps.Search.Learning;

/// <summary>A number of <see cref="SearchWeights"/> that is learned, with the values that are tried.</summary>
internal sealed record TunedWeight(string Name, IReadOnlyList<double> Values, Func<SearchWeights, double> Get, Func<SearchWeights, double, SearchWeights> Set)
{
    /// <summary>Few, because judgements are few: each could fit what is not there.</summary>
    public static IReadOnlyList<TunedWeight> All { get; } =
    [
        Field(SearchField.Description, [.1, .2, .3, .45, .7, 1]),
        Field(SearchField.Attributes, [0, .05, .1, .2, .4]),
        Length(SearchField.Title, [.3, .45, .6, .75]),
        new("coverage", [1, 2, 3], weights => weights.Coverage, (weights, value) => weights with { Coverage = value }),
        Feature(Ranking.Feature.Head, [0, .05, .1, .2, .4, .8]),
        Feature(Ranking.Feature.Brand, [0, .2, .4]),
        Feature(Ranking.Feature.Aside, [-.4, -.2, 0]),
        Feature(Ranking.Feature.Phrase, [0, .2, .4]),
        Feature(Ranking.Feature.Popularity, [0, .2, .5, 1]),
    ];

    private static TunedWeight Field(SearchField field, double[] values) => new($"field.{field}", values, weights => weights.Fields[(int)field], (weights, value) => weights with { Fields = With(weights.Fields, (int)field, value) });

    private static TunedWeight Length(SearchField field, double[] values) => new($"length.{field}", values, weights => weights.Lengths[(int)field], (weights, value) => weights with { Lengths = With(weights.Lengths, (int)field, value) });

    private static TunedWeight Feature(Feature feature, double[] values) => new($"feature.{feature}", values, weights => weights.Features[(int)feature], (weights, value) => weights with { Features = With(weights.Features, (int)feature, value) });

    private static double[] With(IReadOnlyList<double> values, int at, double value) => [.. values.Index().Select(one => one.Index == at ? value : one.Item)];
}
