using System.Text.Json;
using ModelOps.Features;
using ModelOps.Trainer.Compression;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Retrieval;

namespace ModelOps.Trainer.Training;

/// <summary>Writes what is deployed: the graph, the catalogue, the shoppers, the schema and the model card.</summary>
public sealed class PackageWriter(TrainingTask task, TrainingParameters parameters, Interactions interactions, string[] events, string[] targets)
{
    private const int ParityRows = 1024;
    private const long RecentSeconds = 30 * 86_400;
    private const string TrainedNote = "Measured on the test cases by a model that had not seen them. The model in this package then learned from all data with the same settings; it has no test of its own.";
    private const string ImportedNote = "The network was trained elsewhere; whether it saw the test cases there is not known here.";

    /// <summary>Writes the package to <paramref name="folder"/>. Returns the largest difference of the export, the variants that were tried, and what became of an index.</summary>
    public async Task<(double Parity, IReadOnlyList<VariantReport> Variants, IndexReport Index)> WriteAsync(string folder, TrainingSession session, TrainingProgress progress, ItemCatalogue catalogue)
    {
        Directory.CreateDirectory(folder);
        var everything = new Holdout(interactions.Everything(), [], interactions.LastSeconds);
        var modelPath = Path.Combine(folder, PackageFiles.Model);
        var (models, deployed) = session.Finished();
        using var _ = models;
        session.WriteWeights(folder);
        int[] users = [.. Enumerable.Range(0, Math.Min(ParityRows, interactions.Users.Length))];
        var parity = CheckedExport.Write(deployed, parameters.Architecture, progress.Fusion, new RecommenderScorer(deployed, interactions, everything).Encode(users), modelPath);
        var index = new IndexStage(parameters, progress.Fusion, Asked(everything, session.ExcludeSeen, progress.Fusion)).Write(deployed, modelPath, folder);
        var variants = new Compressor(parameters, interactions, session.Test, session.ExcludeSeen, progress.Fusion).Compress(modelPath, session.LossLeft);
        await catalogue.WriteAsync(Path.Combine(folder, PackageFiles.Items));
        await ShopperHistories.WriteAsync(Path.Combine(folder, PackageFiles.Shoppers), Shoppers(everything, progress.Fusion));
        await RelatedItemsFinder.Find(interactions, task.Dataset.Profile.HasClock).WriteAsync(Path.Combine(folder, PackageFiles.Related));
        var schema = new FeatureSchema(parameters.Length, session.ExcludeSeen, session.RepeatRate, events, targets, task.Dataset.EventCursor, progress.Fusion);
        await schema.WriteAsync(Path.Combine(folder, PackageFiles.Schema));
        await WriteCardAsync(Path.Combine(folder, PackageFiles.ModelCard), session, progress, parity, variants, index);
        return (parity, variants, index);
    }

    /// <summary>By index: the count of the last thirty days where timestamps are real, else of all time, over the largest.</summary>
    public static double[] Popularity(Interactions interactions, bool hasClock)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var counts = new double[interactions.Vocabulary.Count + 1];
        var from = hasClock ? interactions.LastSeconds - RecentSeconds : long.MinValue;
        foreach (var interaction in interactions.All)
            counts[interaction.Item] += interaction.Seconds >= from ? 1 : 0;
        var most = Math.Max(1, counts.Max());
        return [.. counts.Select(count => Math.Round(count / most, 6))];
    }

    private IEnumerable<ShopperHistory> Shoppers(Holdout everything, FrequencyFusion? fusion)
    {
        for (var user = 0; user < interactions.Users.Length; user++)
        {
            var items = interactions.Sequence(user, everything.Known[user]);
            var counts = fusion is null ? null : everything.OwnCounts(interactions, user, fusion);
            yield return new ShopperHistory(interactions.Users[user], items[Math.Max(0, items.Count - parameters.Length)..], counts is { Count: > 0 } ? counts : null);
        }
    }

    /// <summary>What shoppers with a history ask now, in an order that the seed gives; as many as an index is made of and measured on.</summary>
    private List<Question> Asked(Holdout everything, bool excludeSeen, FrequencyFusion? fusion)
    {
        var users = Enumerable.Range(0, interactions.Users.Length).Where(user => interactions.Sequence(user, everything.Known[user]).Count > 0).ToArray();
        new Random(parameters.Seed).Shuffle(users);
        var encoder = new SequenceEncoder(interactions.Vocabulary, parameters.Length);
        return [.. users.Take(IndexStage.MostQuestions).Select(user =>
        {
            var sequence = interactions.Sequence(user, everything.Known[user]).ToArray();
            var history = new long[parameters.Length];
            encoder.Encode(sequence, history);
            return new Question(history, excludeSeen ? [.. sequence.Distinct()] : [], fusion is null ? new Dictionary<int, float>() : everything.OwnCounts(interactions, user, fusion));
        })];
    }

    private async Task WriteCardAsync(string path, TrainingSession session, TrainingProgress progress, double parity, IReadOnlyList<VariantReport> variants, IndexReport index)
    {
        var card = new
        {
            task.Model,
            task.Run,
            task.Application,
            parameters.Architecture,
            Parameters = parameters.ToDictionary(),
            Dataset = new { task.Dataset.Name, task.Dataset.Version, task.Dataset.EventCursor, task.Dataset.CreatedAt, task.Dataset.ContentSha256 },
            task.Parent,
            Data = new { Users = interactions.Users.Length, Items = interactions.Vocabulary.Count, Interactions = interactions.All.Length, Events = events, TargetEvents = targets },
            Evaluation = new
            {
                session.Protocol,
                session.ExcludeSeen,
                session.RepeatRate,
                Passes = progress.BestEpoch,
                Start = session.IsWarm ? parameters.Start : TrainingParameters.Scratch,
                Metrics = progress.Comparison["model"],
                progress.Comparison,
                Note = parameters.Checkpoint is null ? TrainedNote : ImportedNote,
            },
            progress.Fusion,
            progress.Models,
            task.Trials,
            Export = new { Opset = 23, Parity = parity, Tolerance = ParityCheck.Tolerance, progress.Networks, progress.Kept, Variants = variants },
            Index = index,
            progress.Seconds,
            Code = Lineage.ThisCode,
            Machine = Machine.Kind,
            Packages = new[] { typeof(TorchSharp.torch), typeof(Microsoft.ML.OnnxRuntime.InferenceSession), typeof(DuckDB.NET.Data.DuckDBConnection) }
                .ToDictionary(type => type.Assembly.GetName().Name!, type => type.Assembly.GetName().Version!.ToString()),
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }
}
