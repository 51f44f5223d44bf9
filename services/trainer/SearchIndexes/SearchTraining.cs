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
using ModelOps.Trainer.Architectures;
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

    public async Task<TrainingResult> RunAsync(string folder)
    {
        var watch = Stopwatch.StartNew();
        report(new WorkerMessage(Phase: "read"));
        var dataset = new SearchDataset(folder);
        var products = await dataset.ReadProductsAsync();
        var judged = await dataset.ReadJudgementsAsync();
        var clicks = parameters.Clicks ? await dataset.ReadClicksAsync() : [];
        var bias = PositionModel.Fit(clicks);
        var looked = Looked(judged);
        var clicked = ClickJudgements.Of(clicks, bias, judged.Select(query => query.Text), WeightLearner.MostQueries - looked.Count);
        List<JudgedQuery> queries = [.. looked, .. clicked];
        var rewordings = Rewordings.Candidates(await dataset.ReadRewordingsAsync(), Stemmer.Of(parameters.Language));
        report(new WorkerMessage(Phase: "index"));
        var settings = new SearchSettings { Language = parameters.Language, Synonyms = parameters.Synonyms ?? [], Queries = await dataset.ReadSuccessfulQueriesAsync(), EventCursor = task.Dataset.EventCursor };
        var pictures = parameters.Pictures is { } shown ? ItemPictures.Read(Path.Combine(folder, ItemPictures.Folder), shown, [.. products.Select(product => product.Id)]) : null;
        using var engine = new SearchEngine(CatalogueIndex.Build(products, Stemmer.Of(settings.Language)), settings, pictures: pictures is null ? null : ModelOps.Search.Vectors.ItemVectors.Of([.. pictures.Vectors.Chunk(pictures.Dimensions)]));
        report(new WorkerMessage(Phase: "train"));
        var learning = new SearchLearning(engine, queries, parameters);
        var learned = learning.Words();
        var networks = TrainNetworks(learning, ref learned, engine, queries, folder);
        var comparison = Compared(learned.Measured);
        settings = settings with { Weights = learned.Weights, Rerank = learned.Reranking };
        report(new WorkerMessage(Phase: "export"));
        var package = Path.Combine(folder, TrainingTask.PackageFolder);
        await SearchPackage.WriteAsync(package, settings, products, networks.Vectors?.Items, learned.Weights.UsesPictures ? engine.Pictures : null);
        networks.CopyTo(package);
        var metrics = new Dictionary<string, double>(comparison.GetValueOrDefault("model") ?? new Dictionary<string, double>())
        {
            ["products"] = products.Count,
            ["judged_queries"] = judged.Count,
            ["clicked_queries"] = clicked.Count,
            ["suggested_queries"] = settings.Queries.Count,
            ["rewordings"] = rewordings.Count,
            ["megabytes"] = Math.Round(Directory.EnumerateFiles(package).Sum(file => new FileInfo(file).Length) / 1e6, 3),
            ["milliseconds"] = await MillisecondsAsync(package, networks.Vectors is not null, queries.Count > 0 ? [.. queries.Select(query => query.Text)] : [.. products.Take(100).Select(product => product.Title)]),
            [MetricName.Seconds] = Math.Round(watch.Elapsed.TotalSeconds, 1),
            [MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
        };
        if (learned.Dense is { Gain: { } gain })
            metrics["dense_gain"] = gain;
        if (pictures is not null)
            metrics["pictured_items"] = pictures.Known;
        if (learned.Pictures is { Gain: { } pictureGain })
            metrics["pictures_gain"] = pictureGain;
        if (learned.Rerank is { Gain: { } rerankGain })
            metrics["rerank_gain"] = rerankGain;
        var from = new LearnedFrom(judged.Count, clicked.Count, clicks.Sum(row => row.Clicked), [.. bias.Examined.Take(GradedNdcg.Cutoff).Select(place => Math.Round(place, 3))], rewordings);
        await WriteCardAsync(Path.Combine(package, PackageFiles.ModelCard), settings, metrics, comparison, from, learned, networks);
        return new TrainingResult(metrics, comparison);
    }

    /// <summary>More queries would cost time, and with networks memory, and move nothing: of many, some from all over.</summary>
    private static List<JudgedQuery> Looked(List<JudgedQuery> judged) => judged.Count <= WeightLearner.MostQueries
        ? judged
        : [.. Enumerable.Range(0, WeightLearner.MostQueries).Select(i => judged[(int)((long)i * judged.Count / WeightLearner.MostQueries)])];

    /// <summary>Trains what was asked for and can be, and keeps what is used.</summary>
    private SearchNetworks TrainNetworks(SearchLearning learning, ref LearnedSearch learned, SearchEngine engine, List<JudgedQuery> queries, string folder)
    {
        var reranks = parameters.Rerank != SearchPart.None;
        if (reranks && queries.Count < CatalogueLanguage.Folds && parameters.Rerank == SearchPart.Auto)
        {
            learned = learned with { Rerank = PartDecision.Of(parameters.Rerank, null, null, parameters.Seed) };
            reranks = false;
        }
        if (parameters.Dense == SearchPart.None && !reranks)
        {
            learned = WithPictures(learning, learned, null);
            return new SearchNetworks();
        }
        if (reranks && queries.Count < CatalogueLanguage.Folds)
            throw new TrainingException($"A reranker learns from judged queries; the dataset has {queries.Count} with a product that answers them. Upload judgements with the columns query, item_id and grade, or leave 'rerank' out.");
        var scratch = Path.Combine(folder, "networks");
        var language = CatalogueLanguage.Learn(parameters, engine, Path.Combine(scratch, "language"), parameters.Base is null ? null : Path.Combine(folder, StartingPoint.Folder), report);
        TrainedVectors? vectors = null;
        if (parameters.Dense != SearchPart.None)
        {
            vectors = new DenseTraining(parameters.JudgedPasses, engine, language, scratch).Train(queries);
            learned = learning.Vectors(learned, vectors.Near);
        }
        learned = WithPictures(learning, learned, vectors?.Near);
        var networks = new SearchNetworks { Vectors = learned.Dense is { IsUsed: true } ? vectors : null, DenseReport = vectors?.Report };
        if (!reranks)
            return networks;
        var (ranker, weights) = (new ProductRanker(engine.Index, engine.Pictures), learned.Weights);
        var reranker = new RerankTraining(parameters, engine, language, scratch).Train(queries, i => ranker.Rank(engine.Read(queries[i].Text), weights, vectors?.Near[i]));
        learned = learning.Reread(learned, reranker.Ranked);
        return networks with { Reranker = learned.Reranking is null ? null : reranker.Folder, RerankReport = reranker.Report };
    }

    private LearnedSearch WithPictures(SearchLearning learning, LearnedSearch learned, IReadOnlyList<ModelOps.Search.Vectors.QueryNeighbours>? near) =>
        parameters.Pictures is null ? learned : learning.Pictures(learned, near);

    private Dictionary<string, IReadOnlyDictionary<string, double>> Compared(IReadOnlyDictionary<string, double[]> measured)
    {
        var intervals = Bootstrap.Of([.. measured.Values], parameters.Seed);
        return measured.Zip(intervals).ToDictionary(pair => pair.First.Key, pair => (IReadOnlyDictionary<string, double>)Metrics(pair.First.Value, pair.Second));
    }

    /// <summary>What the card says of it.</summary>
    /// <param name="Examined">How likely a place is looked at, over the first one.</param>
    /// <param name="Rewordings">Synonyms and misspellings that shoppers' second tries suggest, for people to decide on: what holds goes into the parameter <c>synonyms</c>.</param>
    private sealed record LearnedFrom(int JudgedQueries, int ClickedQueries, long Clicks, IReadOnlyList<double> Examined, IReadOnlyList<RewordingCandidate> Rewordings);

    private static Dictionary<string, double> Metrics(double[] each, Interval interval) =>
        new() { ["ndcg@10"] = each.Average(), ["ndcg@10.low"] = interval.Low, ["ndcg@10.high"] = interval.High, ["cases"] = each.Length };

    /// <summary>The median of a search on one thread, the query's vector included, reading again not.</summary>
    private static async Task<double> MillisecondsAsync(string package, bool hasVectors, IReadOnlyList<string> queries)
    {
        using var engine = await SearchPackage.OpenAsync(package);
        using var encoder = hasVectors ? new ExportedTexts(package) : null;
        var times = queries.Concat(queries).Select(query =>
        {
            var started = Stopwatch.GetTimestamp();
            engine.Search(query, vector: encoder?.Of([query])[0]);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }).Skip(queries.Count).Order().ToArray(); // the first time compiles
        return Math.Round(times[times.Length / 2], 3);
    }

    private async Task WriteCardAsync(
        string path, SearchSettings settings, Dictionary<string, double> metrics, Dictionary<string, IReadOnlyDictionary<string, double>> comparison, LearnedFrom from, LearnedSearch learned, SearchNetworks networks)
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
            LearnedFrom = from,
            Dense = SearchNetworks.Told(learned.Dense, networks.DenseReport),
            learned.Pictures,
            Rerank = SearchNetworks.Told(learned.Rerank, networks.RerankReport),
            Evaluation = new { Protocol = $"NDCG@10 of queries held out, {WeightLearner.Folds} folds; products that were not judged count as irrelevant", Metrics = metrics, Comparison = comparison },
            Code = Lineage.ThisCode,
            Machine = Machine.Kind,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }
}
