using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Texts;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Applications;

/// <summary>A text network of the shop's own: vectors of texts, scores of queries with texts, intents of messages, or how a text goes on; from a registered checkpoint, or self-pretrained.</summary>
public sealed class TextEncoder : IApplication
{
    public string Name => ApplicationName.TextEncoder;

    public IReadOnlyList<string> DatasetFiles { get; } = [Contracts.Datasets.DatasetFiles.Products, Contracts.Datasets.DatasetFiles.Judgements, Contracts.Datasets.DatasetFiles.Messages, Contracts.Datasets.DatasetFiles.Faq];

    public IReadOnlyList<string> PackageFiles { get; } = [Features.PackageFiles.Encoder, Features.PackageFiles.Model, Features.PackageFiles.Tokenizer, Features.PackageFiles.ModelCard];

    public IReadOnlyDictionary<string, JsonElement>? Complete(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = ParameterRecord.Read(given, new TextParameters(), out errors);
        if (errors.Count == 0 && parameters.Dimensions % parameters.Heads != 0)
            errors["heads"] = [$"{parameters.Heads} heads cannot share {parameters.Dimensions} dimensions evenly."];
        return errors.Count == 0 ? ParameterRecord.ToDictionary(parameters) : null;
    }

    public RunSize SizeOf(IReadOnlyDictionary<string, JsonElement> parameters, DatasetProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var read = ParameterRecord.Read(parameters, new TextParameters(), out _);
        return new RunSize(Name, profile.Items + profile.Tables.GetValueOrDefault("judgements") + profile.Tables.GetValueOrDefault("messages"), read.PretrainingPasses + read.Passes, 12.0 * read.Layers * read.Dimensions * read.Dimensions);
    }

    public async Task<TrainingResult> TrainAsync(TrainingTask task, string folder, Action<WorkerMessage> report, Group? group = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(report);
        var started = Stopwatch.GetTimestamp();
        var parameters = ParameterRecord.Read(task.Parameters, new TextParameters(), out var errors);
        if (errors.Count > 0)
            throw new TrainingException(string.Join(" ", errors.Values.SelectMany(error => error)));
        var (checkpoint, package) = (Path.Combine(folder, StartingPoint.Folder), Path.Combine(folder, TrainingTask.PackageFolder));
        var run = new TextRun(parameters.ToOptions(parameters.Base is null ? null : checkpoint), parameters.HeldOut, report);
        var (trained, comparison) = await run.RunAsync(parameters.Kind, new TextDataset(folder), package);
        var metrics = new Dictionary<string, double>(comparison["model"])
        {
            ["parity"] = trained.Export.Parity,
            ["int8_cosine"] = trained.Export.Int8Cosine,
            ["int8"] = trained.Export.HasInt8 ? 1 : 0,
            ["megabytes"] = Math.Round(new FileInfo(Path.Combine(package, trained.Export.HasInt8 ? Features.PackageFiles.Int8Model : Features.PackageFiles.Model)).Length / 1e6, 3),
            [MetricName.Seconds] = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
            [MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
        };
        await WriteCardAsync(Path.Combine(package, Features.PackageFiles.ModelCard), task, parameters, trained, metrics, comparison);
        return new TrainingResult(metrics, comparison);
    }

    private static async Task WriteCardAsync(string path, TrainingTask task, TextParameters parameters, TextReport trained, Dictionary<string, double> metrics, Dictionary<string, IReadOnlyDictionary<string, double>> comparison)
    {
        var (measured, simple) = (comparison["model"].Keys.First(), comparison.Keys.Single(name => name != "model"));
        var loses = comparison["model"][measured] < comparison[simple][measured];
        var card = new
        {
            task.Model,
            task.Run,
            Application = ApplicationName.TextEncoder,
            Architecture = parameters.Kind == EncoderKind.Generate ? "gpt2" : "bert",
            trained.Origin,
            Parameters = ParameterRecord.ToDictionary(parameters),
            Dataset = new { task.Dataset.Name, task.Dataset.Version, task.Dataset.EventCursor, task.Dataset.CreatedAt, task.Dataset.ContentSha256 },
            task.Parent,
            Weights = trained.Parameters,
            PretrainingLoss = double.IsFinite(trained.PretrainingLoss) ? trained.PretrainingLoss : (double?)null,
            Evaluation = new
            {
                Protocol = $"On {parameters.HeldOut:p0} of the queries or messages, which were not learned from; the graph as it is served",
                Metrics = metrics,
                Comparison = comparison,
                Note = loses ? $"By {measured} it loses to {(parameters.Kind == EncoderKind.Generate ? "pairs of neighbouring tokens" : "words alone (TF-IDF)")}: do not let it replace them." : null,
            },
            trained.Export,
            Code = Lineage.ThisCode,
            Machine = Machine.Kind,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }
}
