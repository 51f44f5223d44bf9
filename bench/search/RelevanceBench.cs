using System.Diagnostics;
using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Search.Ranking;

namespace ModelOps.Bench.Search;

/// <summary>Product search on icecat's judged queries, beside BM25 over the same fields in the same run.</summary>
internal static class RelevanceBench
{
    private static readonly double[] Descriptions = [.15, .3, .6, 1], Attributes = [.05, .1, .2, .5], Lengths = [.3, .6, .9], Saturations = [.6, 1.2, 2];
    private const int Resamples = 10_000, Rounds = 20;

    /// <summary>BM25F with one weight for every field, Lucene's own k1 and b, and nothing else.</summary>
    private static readonly SearchWeights Untuned = new() { Fields = [1, 1, 1, 1, 1], Lengths = [.75, .75, .75, .75, .75], Coverage = 0, Features = [] };

    /// <param name="judgements">Queries that nothing is learned from; null for none.</param>
    public static void Run(string folder, string? judgements)
    {
        var data = Icecat.Read(folder);
        var watch = Stopwatch.StartNew();
        using var engine = new SearchEngine(CatalogueIndex.Build(data.Products, Stemmer.Of(Stemmer.English)), new SearchSettings());
        Console.WriteLine($"{data.Products.Count} products indexed in {watch.Elapsed.TotalSeconds:f1} s");
        List<JudgedQuery> queries = [.. data.Queries.Where(query => query.CanRank)];
        Console.WriteLine($"{data.Queries.Count} judged queries, {queries.Count} of which have a product that answers them; the others rank nothing and are left out");
        var learner = new WeightLearner(engine);
        var tuned = BestBm25(learner, queries);
        Show("BM25F, untuned", learner, queries, Untuned);
        Show("BM25F, tuned on all queries", learner, queries, tuned);
        Show("defaults", learner, queries, SearchWeights.Default);
        watch.Restart();
        var learned = learner.Learn(queries);
        Console.WriteLine($"learned in {watch.Elapsed.TotalSeconds:f1} s; held-out NDCG@10 {learned.HeldOut.Average():f4} ({WeightLearner.Folds} folds by query), fitted {learned.Fitted:f4}");
        Show("learned, on what it learned from", learner, queries, learned.Weights);
        foreach (var (name, weights) in new[] { ("untuned", Untuned), ("tuned on all", tuned) })
            Compare($"held-out against BM25F {name}", learned.HeldOut, learner.Measure(queries, weights));
        Compare("defaults against BM25F untuned", learner.Measure(queries, SearchWeights.Default), learner.Measure(queries, Untuned));
        Console.WriteLine($"weights: {System.Text.Json.JsonSerializer.Serialize(learned.Weights)}");
        foreach (var (query, value) in queries.Zip(learned.HeldOut))
            Console.WriteLine($"  {query.Text,-24} held-out {value:f3}");
        Speed(engine, [.. data.Queries.Select(query => query.Text)]);
        if (judgements is null)
            return;
        List<JudgedQuery> blind = [.. Icecat.ReadJudgements(judgements).Where(query => query.CanRank)];
        Console.WriteLine($"{blind.Count} other queries");
        foreach (var (name, weights) in new[] { ("BM25F, untuned", Untuned), ("BM25F, tuned on the first queries", tuned), ("defaults", SearchWeights.Default), ("learned on the first queries", learned.Weights) })
            Show(name, learner, blind, weights);
    }

    /// <summary>BM25F as it is usually tuned: field weights, lengths and saturation, on the queries that it is then measured on.</summary>
    private static SearchWeights BestBm25(WeightLearner learner, List<JudgedQuery> queries) =>
        (from description in Descriptions
         from attributes in Attributes
         from length in Lengths
         from saturation in Saturations
         select Untuned with { Fields = [1, .5, 1, description, attributes], Lengths = [length, 0, length, length, length], Saturation = saturation })
        .MaxBy(weights => learner.Measure(queries, weights).Average())!;

    private static void Show(string name, WeightLearner learner, List<JudgedQuery> queries, SearchWeights weights) =>
        Console.WriteLine($"{name,-34} NDCG@10 {learner.Measure(queries, weights).Average():f4}  condensed {learner.Measure(queries, weights, condensed: true).Average():f4}");

    /// <summary>Efron's paired bootstrap over queries.</summary>
    private static void Compare(string name, IReadOnlyList<double> ours, IReadOnlyList<double> theirs)
    {
        var random = new Random(1);
        var differences = ours.Zip(theirs, (left, right) => left - right).ToArray();
        var means = new double[Resamples];
        for (var i = 0; i < Resamples; i++)
            means[i] = Enumerable.Range(0, differences.Length).Sum(_ => differences[random.Next(differences.Length)]) / differences.Length;
        Array.Sort(means);
        Console.WriteLine($"{name}: {differences.Average():+.0000;-.0000} ({means[(int)(Resamples * .025)]:+.0000;-.0000} to {means[(int)(Resamples * .975)]:+.0000;-.0000}, 95 %)");
    }

    private static void Speed(SearchEngine engine, IReadOnlyList<string> queries)
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var query in queries)
            {
                var started = Stopwatch.GetTimestamp();
                engine.Search(query);
                if (round > 1)
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        times.Sort();
        Console.WriteLine($"a search over {engine.Index.Products.Count} products: p50 {times[times.Count / 2]:f2} ms, p99 {times[(int)(times.Count * .99)]:f2} ms");
    }
}
