using CsCheck;
using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Search.Queries;
using ModelOps.Search.Ranking;

namespace ModelOps.Tests.Search;

public sealed class LearningTests
{
    private static readonly Dictionary<string, double> Grades = new() { ["a"] = 3, ["b"] = 1, ["c"] = 0 };

    [Fact]
    public void Ndcg_ByHand()
    {
        // b, unjudged, a against a, b: (1 + 7 / 2) / (7 + 1 / log2 3).
        Assert.Equal((1 + 7 / 2.0) / (7 + 1 / Math.Log2(3)), GradedNdcg.Of(["b", "x", "a"], Grades), 1e-12);
        Assert.Equal((1 + 7 / Math.Log2(3)) / (7 + 1 / Math.Log2(3)), GradedNdcg.Of(["b", "x", "a"], Grades, condensed: true), 1e-12);
        Assert.Equal((1 + 3 / 2.0) / (3 + 1 / Math.Log2(3)), GradedNdcg.Of(["b", "x", "a"], Grades, linear: true), 1e-12);
        Assert.Equal(0, GradedNdcg.Of(["a"], new Dictionary<string, double> { ["a"] = 0 }));
    }

    [Fact]
    public void Ndcg_IsBestForTheIdealRanking() => Gen.Int[0, 3].Array[1, 20].Sample(grades =>
    {
        var judged = grades.Index().ToDictionary(grade => $"{grade.Index}", grade => (double)grade.Item);
        var ndcg = GradedNdcg.Of(judged.Keys, judged);
        Assert.InRange(ndcg, 0, 1 + 1e-9);
        Assert.Equal(grades.Any(grade => grade > 0) ? 1 : 0, GradedNdcg.Of(judged.OrderByDescending(pair => pair.Value).Select(pair => pair.Key), judged), 1e-9);
    });

    [Fact]
    public void Learn_WhereShoppersMeanTheThingItself_PutsItBeforeWhatBelongsToIt()
    {
        // The accessory has the query's word more often and a shorter title, so that words alone put it first.
        string[] things = ["drill", "saw", "lathe", "mixer", "grill", "fan", "oven", "kettle", "toaster", "blender", "razor", "trimmer", "printer", "scanner", "plotter", "router", "modem", "radio", "amplifier", "turntable", "camera", "tripod", "monitor", "tablet"];
        var products = things.SelectMany(thing => new SearchProduct[]
        {
            new($"{thing}", $"Acme professional compact {thing}", "Acme", Description: "A machine"),
            new($"{thing}-bag", $"{thing} bag", "Bagco", Description: $"{thing} {thing}"),
        }).ToList();
        using var engine = new SearchEngine(CatalogueIndex.Build(products, Stemmer.Of(Stemmer.English)), new SearchSettings());
        var queries = things.Select(thing => new JudgedQuery(thing, new Dictionary<string, double> { [thing] = 3, [$"{thing}-bag"] = 0 })).ToList();
        var learner = new WeightLearner(engine);
        var plain = learner.Measure(queries, SearchWeights.Default).Average();

        var learned = learner.Learn(queries);

        Assert.True(plain < .8, $"{plain}");
        Assert.True(learned.HeldOut.Average() > .99, $"{learned.HeldOut.Average()}");
        Assert.True(learned.Weights.Features[(int)Feature.Head] > SearchWeights.Default.Features[(int)Feature.Head]);
    }

    [Fact]
    public void Learn_NothingToGain_KeepsTheDefaults()
    {
        using var engine = SmallCatalogue.Engine();
        List<JudgedQuery> queries = [new("headset", new Dictionary<string, double> { ["headset"] = 3 }), new("usb cable", new Dictionary<string, double> { ["cable"] = 3 })];
        Assert.Equal(SearchWeights.Default, new WeightLearner(engine).Learn(queries).Weights);
    }

    [Theory]
    [InlineData("keybaord", "keyboard", 1)]
    [InlineData("logitec", "logitech", 1)]
    [InlineData("profesionel", "professional", 2)]
    [InlineData("elp96", null, 0)] // another model number is another product
    [InlineData("cat", null, 0)]
    public void Spelling_OfAWord(string typed, string? meant, int distance)
    {
        var spelling = new Spelling(new Dictionary<string, int> { ["keyboard"] = 5, ["logitech"] = 9, ["professional"] = 3, ["elp95"] = 2, ["cable"] = 4 });
        var found = spelling.Of(typed);
        Assert.Equal(meant, found.Select(one => one.Word).FirstOrDefault());
        Assert.Equal(distance, found.Select(one => one.Distance).FirstOrDefault());
    }

    [Fact]
    public void Spelling_OneMistake_IsAlwaysFound() => Gen.Select(Gen.String[Gen.Char.AlphaNumeric.Where(char.IsAsciiLetterLower), 5, 12], Gen.Int[0, 11], Gen.Char['a', 'z'], Gen.Int[0, 2]).Sample((word, at, letter, kind) =>
    {
        at %= word.Length;
        var typed = kind switch { 0 => word.Remove(at, 1), 1 => word.Insert(at, $"{letter}"), _ => $"{word[..at]}{letter}{word[(at + 1)..]}" };
        var found = new Spelling(new Dictionary<string, int> { [word] = 1 }).Of(typed);
        Assert.Equal(typed == word ? [] : [(word, 1)], found);
    });
}
