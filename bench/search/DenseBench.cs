using System.Diagnostics;
using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Search.Ranking;
using ModelOps.Trainer.SearchIndexes;

namespace ModelOps.Bench.Search;

/// <summary>Icecat's judged queries with vectors beside words, and a reranker after them: networks that have read nothing but the catalogue and other queries' judgements, as a run with <c>dense: auto</c> and <c>rerank: auto</c> trains, weighs and judges them.</summary>
internal static class DenseBench
{
    private static readonly SearchWeights VectorsAlone = new() { Fields = [0, 0, 0, 0, 0], Features = [], Dense = 1 };

    public static void Run(string folder, SearchParameters parameters)
    {
        var data = Icecat.Read(folder);
        using var engine = new SearchEngine(CatalogueIndex.Build(data.Products, Stemmer.Of(parameters.Language)), new SearchSettings());
        List<JudgedQuery> queries = [.. data.Queries.Where(query => query.CanRank)];
        var scratch = Directory.CreateTempSubdirectory("modelops-bench-dense-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            var language = CatalogueLanguage.Learn(parameters, engine, Path.Combine(scratch, "language"), null, message => Console.Error.WriteLine(message.Phase ?? $"{message.Epoch!.Phase} pass {message.Epoch.Epoch}: loss {message.Epoch.Loss:f3}, {watch.Elapsed.TotalSeconds:f0} s"));
            var trained = new DenseTraining(parameters.JudgedPasses, engine, language, scratch).Train(queries);
            Console.WriteLine($"encoder of {trained.Report.Parameters / 1e6:f1} million weights and {trained.Items.Count} vectors in {watch.Elapsed.TotalSeconds:f0} s; 8 bits: {trained.Report.Export.HasInt8}, cosine {trained.Report.Export.Int8Cosine:f4}");
            var learner = new WeightLearner(engine);
            Console.WriteLine($"vectors alone                      NDCG@10 {learner.Measure(queries, VectorsAlone, near: trained.Near).Average():f4}  condensed {learner.Measure(queries, VectorsAlone, condensed: true, near: trained.Near).Average():f4}");
            var learning = new SearchLearning(engine, queries, parameters);
            var words = learning.Words();
            var both = learning.Vectors(words, trained.Near);
            if (parameters.Rerank != SearchPart.None)
            {
                var ranker = new ProductRanker(engine.Index);
                both = learning.Reread(both, new RerankTraining(parameters, engine, language, scratch).Train(queries, i => ranker.Rank(engine.Read(queries[i].Text), both.Weights, trained.Near[i])).Ranked);
                Console.WriteLine($"reranker: {both.Rerank!.Why}");
            }
            foreach (var (name, values) in both.Measured)
                Console.WriteLine($"{name,-34} NDCG@10 {values.Average():f4}");
            Console.WriteLine($"vectors: {both.Dense!.Why}");
            Console.WriteLine($"weights: {System.Text.Json.JsonSerializer.Serialize(both.Weights)}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
