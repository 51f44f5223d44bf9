using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Search.Ranking;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.SearchIndexes;

/// <summary>Builds the index, learns the weights where there are judged queries, measures them on queries that were held out, and packs.</summary>
internal sealed class SearchTraining(TrainingTask task, SearchParameters parameters, Action<WorkerMessage> report)
{
    public const string JudgementsTable = "judgements";

    /// <summary>What is compared with in the same run: the words' weights alone.</summary>
    private static readonly SearchWeights Plain = new() { Fields = [1, 1, 1, 1, 1], Lengths = [.75, .75, .75, .75, .75], Coverage = 0, Features = [] };

    public async Task<TrainingResult> RunAsync(string folder)
    {
        var watch = Stopwatch.StartNew();
        report(new WorkerMessage(Phase: "read"));
        var dataset = new SearchDataset(folder);
        var products = await dataset.ReadProductsAsync();
        var judged = await dataset.ReadJudgementsAsync();
        var clicks = parameters.Clicks ? await dataset.ReadClicksAsync() : [];
        var bias = PositionModel.Fit(clicks);
        var clicked = ClickJudgements.Of(clicks, bias, judged.Select(query => query.Text).ToHashSet());
        List<JudgedQuery> queries = [.. judged, .. clicked];
        var rewordings = Rewordings.Candidates(await dataset.ReadRewordingsAsync(), Stemmer.Of(parameters.Language));
        report(new WorkerMessage(Phase: "index"));
        var settings = new SearchSettings { Language = parameters.Language, Synonyms = parameters.Synonyms ?? [], Queries = await dataset.ReadSuccessfulQueriesAsync(), EventCursor = task.Dataset.EventCursor };
        using var engine = new SearchEngine(CatalogueIndex.Build(products, Stemmer.Of(settings.Language)), settings);
        report(new WorkerMessage(Phase: "train"));
        var (weights, comparison) = Learn(engine, queries);
        settings = settings with { Weights = weights };
        report(new WorkerMessage(Phase: "export"));
        var package = Path.Combine(folder, TrainingTask.PackageFolder);
        await SearchPackage.WriteAsync(package, settings, products);
        var metrics = new Dictionary<string, double>(comparison.GetValueOrDefault("model") ?? new Dictionary<string, double>())
        {
            ["products"] = products.Count,
            ["judged_queries"] = judged.Count,
            ["clicked_queries"] = clicked.Count,
            ["suggested_queries"] = settings.Queries.Count,
            ["rewordings"] = rewordings.Count,
            ["megabytes"] = Math.Round(Directory.EnumerateFiles(package).Sum(file => new FileInfo(file).Length) / 1e6, 3),
            ["milliseconds"] = Milliseconds(engine, queries.Count > 0 ? [.. queries.Select(query => query.Text)] : [.. products.Take(100).Select(product => product.Title)]),
            [MetricName.Seconds] = Math.Round(watch.Elapsed.TotalSeconds, 1),
            [MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
        };
        await WriteCardAsync(Path.Combine(package, PackageFiles.ModelCard), settings, metrics, comparison, new LearnedFrom(judged.Count, clicked.Count, clicks.Sum(row => row.Clicked), [.. bias.Examined.Take(GradedNdcg.Cutoff).Select(place => Math.Round(place, 3))], rewordings));
        return new TrainingResult(metrics, comparison);
    }

    /// <summary>Measured on people's judgements where there are enough of them, else on clicks too.</summary>
    private (SearchWeights Weights, Dictionary<string, IReadOnlyDictionary<string, double>> Comparison) Learn(SearchEngine engine, List<JudgedQuery> queries)
    {
        if (queries.Count == 0)
            return (SearchWeights.Default, []);
        var learner = new WeightLearner(engine);
        var learned = queries.Count >= parameters.LeastQueries ? learner.Learn(queries, parameters.Seed) : null;
        var heldOut = learned?.HeldOut ?? [];
        var judged = queries.Count(query => !query.FromClicks);
        if (judged >= parameters.LeastQueries)
            (queries, heldOut) = (queries[..judged], [.. heldOut.Take(judged)]);
        var plain = learner.Measure(queries, Plain);
        var defaults = learner.Measure(queries, SearchWeights.Default);
        // What was learned must pay on queries that it was not learned from; else the defaults carry further.
        var pays = learned is not null && heldOut.Average() > defaults.Average();
        double[] model = pays ? [.. heldOut] : defaults;
        var intervals = Bootstrap.Of([model, plain, defaults], parameters.Seed);
        return (pays ? learned!.Weights : SearchWeights.Default, new Dictionary<string, IReadOnlyDictionary<string, double>>
        {
            ["model"] = Metrics(model, intervals[0]),
            ["bm25"] = Metrics(plain, intervals[1]),
            ["defaults"] = Metrics(defaults, intervals[2]),
        });
    }

    /// <summary>What the card says of it.</summary>
    /// <param name="Examined">How likely a place is looked at, over the first one.</param>
    /// <param name="Rewordings">Synonyms and misspellings that shoppers' second tries suggest, for people to decide on: what holds goes into the parameter <c>synonyms</c>.</param>
    private sealed record LearnedFrom(int JudgedQueries, int ClickedQueries, long Clicks, IReadOnlyList<double> Examined, IReadOnlyList<RewordingCandidate> Rewordings);

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

    private async Task WriteCardAsync(string path, SearchSettings settings, Dictionary<string, double> metrics, Dictionary<string, IReadOnlyDictionary<string, double>> comparison, LearnedFrom learnedFrom)
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
            LearnedFrom = learnedFrom,
            Evaluation = new { Protocol = $"NDCG@10 of queries held out, {WeightLearner.Folds} folds; products that were not judged count as irrelevant", Metrics = metrics, Comparison = comparison },
            Code = Lineage.ThisCode,
            Machine = Machine.Kind,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }
}
