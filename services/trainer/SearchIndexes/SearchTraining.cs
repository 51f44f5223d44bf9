using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Texts;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.SearchIndexes;

/// <summary>Builds the index, learns the weights where there are judged queries, measures them on queries that were held out, and packs.</summary>
internal sealed class SearchTraining(TrainingTask task, SearchParameters parameters, Action<WorkerMessage> report)
{
    public const string JudgementsTable = "judgements";

    private static readonly string[] EncoderFiles = [PackageFiles.Encoder, PackageFiles.Tokenizer, PackageFiles.Model, PackageFiles.Int8Model];

    public async Task<TrainingResult> RunAsync(string folder)
    {
        var watch = Stopwatch.StartNew();
        report(new WorkerMessage(Phase: "read"));
        var dataset = new SearchDataset(folder);
        var products = await dataset.ReadProductsAsync();
        var queries = await dataset.ReadJudgementsAsync();
        report(new WorkerMessage(Phase: "index"));
        var settings = new SearchSettings { Language = parameters.Language, Synonyms = parameters.Synonyms ?? [], EventCursor = task.Dataset.EventCursor };
        using var engine = new SearchEngine(CatalogueIndex.Build(products, Stemmer.Of(settings.Language)), settings);
        report(new WorkerMessage(Phase: "train"));
        var learning = new SearchLearning(engine, queries, parameters);
        var learned = learning.Words();
        var vectors = parameters.Dense == SearchPart.None ? null : new DenseTraining(parameters, engine, Path.Combine(folder, "vectors"), parameters.Base is null ? null : Path.Combine(folder, StartingPoint.Folder), report).Train(queries);
        if (vectors is not null)
            learned = learning.Vectors(learned, vectors.Near);
        var comparison = Compared(learned.Measured);
        settings = settings with { Weights = learned.Weights };
        report(new WorkerMessage(Phase: "export"));
        var package = Path.Combine(folder, TrainingTask.PackageFolder);
        await SearchPackage.WriteAsync(package, settings, products, learned.Dense is { IsUsed: true } ? vectors!.Items : null);
        if (learned.Dense is { IsUsed: true })
            CopyEncoder(vectors!.Folder, package);
        var metrics = new Dictionary<string, double>(comparison.GetValueOrDefault("model") ?? new Dictionary<string, double>())
        {
            ["products"] = products.Count,
            ["judged_queries"] = queries.Count,
            ["megabytes"] = Math.Round(Directory.EnumerateFiles(package).Sum(file => new FileInfo(file).Length) / 1e6, 3),
            ["milliseconds"] = Milliseconds(engine, queries.Count > 0 ? [.. queries.Select(query => query.Text)] : [.. products.Take(100).Select(product => product.Title)]),
            [MetricName.Seconds] = Math.Round(watch.Elapsed.TotalSeconds, 1),
            [MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
        };
        if (learned.Dense is { Gain: { } gain })
            metrics["dense_gain"] = gain;
        await WriteCardAsync(Path.Combine(package, PackageFiles.ModelCard), settings, metrics, comparison, Told(learned.Dense, vectors?.Report));
        return new TrainingResult(metrics, comparison);
    }

    private Dictionary<string, IReadOnlyDictionary<string, double>> Compared(IReadOnlyDictionary<string, double[]> measured)
    {
        var intervals = Bootstrap.Of([.. measured.Values], parameters.Seed);
        return measured.Zip(intervals).ToDictionary(pair => pair.First.Key, pair => (IReadOnlyDictionary<string, double>)Metrics(pair.First.Value, pair.Second));
    }

    private static void CopyEncoder(string from, string to)
    {
        foreach (var file in EncoderFiles.Where(file => File.Exists(Path.Combine(from, file))))
            File.Copy(Path.Combine(from, file), Path.Combine(to, file), overwrite: true);
        // What is served in 8 bits needs no other graph.
        if (File.Exists(Path.Combine(to, PackageFiles.Int8Model)))
            File.Delete(Path.Combine(to, PackageFiles.Model));
    }

    private static object? Told(PartDecision? decision, TextReport? report) => decision is null || report is null ? null : new
    {
        decision.IsUsed,
        decision.Gain,
        decision.Interval,
        decision.Why,
        report.Origin,
        Weights = report.Parameters,
        PretrainingLoss = double.IsFinite(report.PretrainingLoss) ? report.PretrainingLoss : (double?)null,
        report.Export,
    };

    private static Dictionary<string, double> Metrics(double[] each, Interval interval) =>
        new() { ["ndcg@10"] = each.Average(), ["ndcg@10.low"] = interval.Low, ["ndcg@10.high"] = interval.High, ["cases"] = each.Length };

    /// <summary>The median of a search on one thread.</summary>
    private static double Milliseconds(SearchEngine engine, IReadOnlyList<string> queries)
    {
        var times = queries.Concat(queries).Select(query =>
        {
            var started = Stopwatch.GetTimestamp();
            engine.Search(query);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }).Skip(queries.Count).Order().ToArray(); // the first time compiles
        return Math.Round(times[times.Length / 2], 3);
    }

    private async Task WriteCardAsync(string path, SearchSettings settings, Dictionary<string, double> metrics, Dictionary<string, IReadOnlyDictionary<string, double>> comparison, object? dense)
    {
        var card = new
        {
            task.Model,
            task.Run,
            Application = ApplicationName.Search,
            Parameters = task.Parameters,
            Dataset = new { task.Dataset.Name, task.Dataset.Version, task.Dataset.EventCursor, task.Dataset.CreatedAt, task.Dataset.ContentSha256 },
            task.Parent,
            settings.Weights,
            Dense = dense,
            Evaluation = new { Protocol = $"NDCG@10 of queries held out, {WeightLearner.Folds} folds; products that were not judged count as irrelevant", Metrics = metrics, Comparison = comparison },
            Code = Lineage.ThisCode,
            Machine = Machine.Kind,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }
}
