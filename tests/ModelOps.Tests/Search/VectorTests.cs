using CsCheck;
using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Search.Ranking;
using ModelOps.Search.Vectors;

namespace ModelOps.Tests.Search;

public sealed class VectorTests : IDisposable
{
    private const int Dimensions = 16;

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-vectors-").FullName;

    [Fact]
    public void Near_FindsTheNearest_AsSortingAllDoes() => Gen.Int[0, 100_000].Select(Gen.Int[1, 300]).Sample((seed, count) =>
    {
        var random = new Random(seed);
        var vectors = Enumerable.Range(0, count).Select(_ => Unit(random)).ToList();
        var query = Unit(random);
        var cosines = vectors.ConvertAll(vector => vector.Zip(query, (a, b) => a * b).Sum());
        var near = ItemVectors.Of(vectors).Near(query);
        Assert.Equal(cosines.Index().Where(item => item.Item >= QueryNeighbours.Least).OrderByDescending(item => item.Item).Take(QueryNeighbours.Most).Select(item => item.Index).Take(20), near.Nearest.Take(20));
        Assert.True(near.Nearest.Count <= QueryNeighbours.Most);
    }, iter: 30);

    [Fact]
    public void Read_GivesWhatWasWritten_AndRefusesAnotherCatalogues()
    {
        var path = Path.Combine(folder, SearchPackage.Vectors);
        var random = new Random(1);
        var vectors = ItemVectors.Of([.. Enumerable.Range(0, 9).Select(_ => Unit(random))]);
        vectors.Write(path);
        var (query, read) = (Unit(random), ItemVectors.Read(path, 9));
        Assert.All(vectors.Near(query).Cosines.Zip(read.Near(query).Cosines), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        Assert.Contains("not made together", Assert.Throws<InvalidDataException>(() => ItemVectors.Read(path, 8)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^3]);
        Assert.Contains("ends too early", Assert.Throws<InvalidDataException>(() => ItemVectors.Read(path, 9)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => read.Near([1]));
    }

    [Fact]
    public void Search_WithVectors_FindsWhatWordsDoNot_BesideWhatTheyDo()
    {
        using var engine = new SearchEngine(CatalogueIndex.Build(SmallCatalogue.Products, Stemmer.Of(Stemmer.English)), new SearchSettings { Weights = SearchWeights.Default with { Dense = .2 } }, VectorsOf("headset", "bank-2"));
        List<string> Ids(Findings findings) => [.. findings.Products.Select(product => engine.Index.Products[product.Document].Id)];
        var near = engine.Search("gramophone", vector: Axis(0));
        Assert.Equal((Matching.Near, "headset,bank-2"), (near.Match, string.Join(',', Ids(near))));
        Assert.Equal(Matching.None, engine.Search("gramophone").Match);
        var both = engine.Search("projector", vector: Axis(0));
        Assert.Equal("projector", Ids(both)[0]);
        Assert.Contains("headset", Ids(both));
        Assert.Equal(0, both.Products.Single(product => engine.Index.Products[product.Document].Id == "headset").Lexical);
        Assert.Equal(Ids(engine.Search("projector", SearchWeights.Default)), Ids(engine.Search("projector", SearchWeights.Default, Axis(0)))); // vectors that weigh nothing change nothing
    }

    [Fact]
    public void LearnVectors_WhereTheyKnowMore_WeighsThem_AndWhereTheyAreNoise_DoesNot()
    {
        string[] things = ["drill", "saw", "lathe", "mixer", "grill", "fan", "oven", "kettle", "toaster", "blender", "razor", "trimmer"];
        var products = things.SelectMany(thing => new SearchProduct[] { new($"{thing}", $"Acme {thing}"), new($"{thing}-2", $"Acme {thing}") }).ToList();
        using var engine = new SearchEngine(CatalogueIndex.Build(products, Stemmer.Of(Stemmer.English)), new SearchSettings());
        var queries = things.Select(thing => new JudgedQuery(thing, new Dictionary<string, double> { [$"{thing}-2"] = 3 })).ToList(); // words find both and put the first first
        QueryNeighbours Knowing(string id) => ItemVectors.Of([.. products.Select(product => Axis(product.Id == id ? 0 : 1))]).Near(Axis(0));
        var learner = new WeightLearner(engine);

        var learned = learner.LearnVectors(queries, SearchWeights.Default, [.. things.Select(thing => Knowing($"{thing}-2"))]);
        var noise = learner.LearnVectors(queries, SearchWeights.Default, [.. things.Select(_ => Knowing("nothing"))]);

        Assert.True(learned.Weights.UsesVectors);
        Assert.Equal(1, learned.HeldOut.Average(), 1e-9);
        Assert.False(noise.Weights.UsesVectors);
        Assert.Equal(learner.Measure(queries, SearchWeights.Default), noise.HeldOut);
    }

    [Fact]
    public void TitleQueries_AreOfTheProductsWords_AndTheSameForTheSameSeed()
    {
        using var engine = SmallCatalogue.Engine();
        var made = new TitleQueries(engine, 1).Make(100);
        Assert.Equal(made.Select(query => query.Text), new TitleQueries(engine, 1).Make(100).Select(query => query.Text));
        Assert.Equal(made.Count, made.Select(query => query.Document).Distinct().Count());
        Assert.True(made.Count > 8);
        Assert.All(made, query =>
        {
            Assert.Contains(query.Document, engine.Search(query.Text).Products.Select(product => product.Document));
            Assert.DoesNotContain(query.Document, query.Others);
        });
    }

    [Fact]
    public void ItemText_SaysTheBrandOnce_AndIsCut() => Assert.Equal(
        ["Logitech H390 headset Audio Headsets With a microphone", "跑步鞋 男士 轻便 李宁 Sport Shoes", new string('x', 600)],
        [ItemText.Of(SmallCatalogue.Products[5]), ItemText.Of(SmallCatalogue.Products[10]), ItemText.Of(new SearchProduct("a", new string('x', 900)))]);

    private static ItemVectors VectorsOf(string nearest, string second) => ItemVectors.Of([.. SmallCatalogue.Products.Select(product => product.Id == nearest ? Axis(0) : product.Id == second ? Between() : Axis(1))]);

    private static float[] Axis(int at) => [.. Enumerable.Range(0, Dimensions).Select(i => i == at ? 1f : 0)];

    private static float[] Between() => [.. Enumerable.Range(0, Dimensions).Select(i => i < 2 ? MathF.Sqrt(.5f) : 0)];

    private static float[] Unit(Random random)
    {
        var vector = Enumerable.Range(0, Dimensions).Select(_ => (float)(random.NextDouble() - .5)).ToArray();
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
