using CsCheck;
using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Search.Ranking;

namespace ModelOps.Tests.Search;

/// <summary>What is learned from simulated shoppers whose wishes and eyes are known.</summary>
public sealed class ClickLearningTests
{
    private const int Answers = 400;
    private const double ThingAttracts = .5, BagAttracts = .25;

    private static readonly string[] Things = ["drill", "saw", "lathe", "mixer", "grill", "fan", "oven", "kettle", "toaster", "blender", "razor", "trimmer", "printer", "scanner", "plotter", "router", "modem", "radio", "amplifier", "turntable", "camera", "tripod", "monitor", "tablet"];

    /// <summary>Words alone put the bags first, so most shoppers never look as far as the things that they want.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Learn_FromClicks_IsNearerToTheTruth_OnceThePlacesPartIsTakenOut(int seed)
    {
        using var engine = Engine();
        var truth = Things.Select(thing => new JudgedQuery(thing, ProductsOf(thing).ToDictionary(id => id, id => id.Contains("-bag", StringComparison.Ordinal) ? 1d : 2d))).ToList();
        var learner = new WeightLearner(engine);
        var clicks = Simulate(engine, new Random(seed));

        double Reached(PositionModel model) => learner.Measure(truth, learner.Learn(ClickJudgements.Of(clicks, model, new HashSet<string>())).Weights).Average();
        var bias = PositionModel.Fit(clicks);
        var (corrected, raw, defaults) = (Reached(bias), Reached(PositionModel.Raw(clicks)), learner.Measure(truth, SearchWeights.Default).Average());

        Assert.All(bias.Examined.Index(), place => Assert.Equal(1.0 / (place.Index + 1), place.Item, .1));
        Assert.True(corrected > raw + .05, $"corrected {corrected:0.000}, raw {raw:0.000}, defaults {defaults:0.000}");
        Assert.True(corrected > .95, $"{corrected:0.000}");
        Assert.True(raw < defaults + .02, $"{raw:0.000} {defaults:0.000}"); // raw clicks only say what was first
    }

    [Fact]
    public void Judgements_OfPeople_GoBeforeClicks()
    {
        List<PlaceClicks> rows = [new("drill", "a", 1, 100, 50), new("drill", "b", 2, 100, 25), new("saw", "a", 1, 100, 3), new("lathe", "a", 1, 2, 2), new("lathe", "b", 2, 100, 40, 20)];
        var made = ClickJudgements.Of(rows, PositionModel.Fit(rows), new HashSet<string> { "drill" });
        var lathe = Assert.Single(made); // for saw there are too few clicks
        Assert.True(lathe.FromClicks);
        Assert.Equal(["b"], lathe.Grades.Keys); // two looks say nothing of a
        Assert.Equal(2, lathe.Grades["b"]);
    }

    [Fact]
    public void Fit_OfAnyCounts_IsProbabilities() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[1, 12], Gen.Int[0, 50], Gen.Int[0, 60], (query, item, place, shown, clicked) => new PlaceClicks($"q{query}", $"p{item}", place, shown, clicked)).Array[0, 40].Sample(rows =>
    {
        var model = PositionModel.Fit(rows);
        Assert.All(model.Examined, place => Assert.InRange(place, 1e-3, 1e3));
        Assert.All(rows, row => Assert.InRange(model.AttractionOf(row.Query, row.Item)!.Value, 0, 1));
        Assert.Null(model.AttractionOf("q0", "unknown"));
        Assert.All(ClickJudgements.Of(rows, model, new HashSet<string>()).SelectMany(query => query.Grades.Values), grade => Assert.InRange(grade, 0, 2));
    }, iter: 200);

    [Theory]
    [InlineData("hedset logitech", "logitech headset", "hedset", "headset", "spelling")]
    [InlineData("tv stand", "television stand", "tv", "television", "synonym")]
    [InlineData("mobile phone case", "smartphone case", "mobile phone", "smartphone", "synonym")]
    public void Rewording_SuggestsWhatWasExchanged(string query, string later, string from, string to, string kind) =>
        Assert.Equal([new RewordingCandidate(from, to, kind, 7)], Rewordings.Candidates([new Rewording(query, later, 7, 9)], Stemmer.Of(Stemmer.English)));

    [Theory]
    [InlineData("iphone 11", "iphone 12")] // another model
    [InlineData("red shoes", "shoes")] // wider
    [InlineData("shoes", "red shoes")] // narrower
    [InlineData("shoe", "shoes")] // the same
    [InlineData("cheap garden chair", "wooden dining table")] // another wish
    public void Rewording_OfAnotherWish_SuggestsNothing(string query, string later) =>
        Assert.Empty(Rewordings.Candidates([new Rewording(query, later, 7, 9)], Stemmer.Of(Stemmer.English)));

    private static IEnumerable<string> ProductsOf(string thing) => new[] { "-1", "-2", "-3", "-bag-1", "-bag-2", "-bag-3" }.Select(suffix => thing + suffix);

    private static SearchEngine Engine()
    {
        var products = Things.SelectMany(thing => new SearchProduct[]
        {
            new($"{thing}-1", $"Acme professional compact {thing}", "Acme", Description: "A machine"),
            new($"{thing}-2", $"Borg portable heavy duty {thing}", "Borg", Description: "A machine"),
            new($"{thing}-3", $"Corax silent efficient compact {thing}", "Corax", Description: "A machine"),
            new($"{thing}-bag-1", $"{thing} bag", "Bagco", Description: $"{thing} {thing}"),
            new($"{thing}-bag-2", $"{thing} case", "Bagco", Description: $"{thing} {thing}"),
            new($"{thing}-bag-3", $"{thing} cover", "Bagco", Description: $"{thing} {thing}"),
        }).ToList();
        return new SearchEngine(CatalogueIndex.Build(products, Stemmer.Of(Stemmer.English)), new SearchSettings());
    }

    /// <summary>Shoppers look at place p with the probability 1 / p, and click what attracts them of what they look at. In some answers two products have changed places, as prices and stock do that.</summary>
    private static List<PlaceClicks> Simulate(SearchEngine engine, Random random)
    {
        var counts = new Dictionary<(string Query, string Item, int Place), (int Shown, int Clicked)>();
        foreach (var thing in Things)
        {
            var ranking = engine.Search(thing).Products.Select(product => engine.Index.Products[product.Document].Id).Take(6).ToArray();
            for (var answer = 0; answer < Answers; answer++)
            {
                var shown = ranking.ToArray();
                if (random.NextDouble() < .4)
                {
                    var (one, other) = (random.Next(shown.Length), random.Next(shown.Length));
                    (shown[one], shown[other]) = (shown[other], shown[one]);
                }
                foreach (var (index, item) in shown.Index())
                {
                    var clicks = random.NextDouble() < 1.0 / (index + 1) && random.NextDouble() < (item.Contains("-bag", StringComparison.Ordinal) ? BagAttracts : ThingAttracts);
                    var (times, clicked) = counts.GetValueOrDefault((thing, item, index + 1));
                    counts[(thing, item, index + 1)] = (times + 1, clicked + (clicks ? 1 : 0));
                }
            }
        }
        return [.. counts.Select(pair => new PlaceClicks(pair.Key.Query, pair.Key.Item, pair.Key.Place, pair.Value.Shown, pair.Value.Clicked))];
    }
}
