using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Applications;

/// <summary>What a shopper will choose next, from what shoppers did.</summary>
public sealed class Recommend : IApplication
{
    public string Name => ApplicationName.Recommend;

    public IReadOnlyList<string> DatasetFiles { get; } = [Contracts.Datasets.DatasetFiles.Events, Contracts.Datasets.DatasetFiles.Products];

    public IReadOnlyList<string> PackageFiles { get; } =
        [Features.PackageFiles.Model, Features.PackageFiles.Items, Features.PackageFiles.Shoppers, Features.PackageFiles.Schema, Features.PackageFiles.ModelCard];

    public IReadOnlyDictionary<string, JsonElement>? Complete(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors) =>
        TrainingParameters.Parse(given, out errors)?.ToDictionary();

    public RunSize SizeOf(IReadOnlyDictionary<string, JsonElement> parameters, DatasetProfile profile) =>
        RunSize.Of(TrainingParameters.Parse(parameters, out var errors) ?? throw new ArgumentException(string.Join(" ", errors.Keys), nameof(parameters)), profile);

    public async Task<TrainingResult> TrainAsync(TrainingTask task, string folder, Action<WorkerMessage> report, Group? group = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(report);
        report(new WorkerMessage(Phase: "read"));
        var parameters = TrainingParameters.Parse(task.Parameters, out var errors)
            ?? throw new TrainingException(string.Join(" ", errors.Values.SelectMany(error => error)));
        var reader = new DatasetReader(folder);
        var (events, targets) = await reader.ChooseEventsAsync(parameters.Events, parameters.TargetEvents);
        var interactions = await reader.ReadInteractionsAsync(events, targets, parameters.EventWeights);
        var catalogue = await reader.ReadCatalogueAsync(interactions.Vocabulary, PackageWriter.Popularity(interactions, task.Dataset.Profile.HasClock));

        using var imported = parameters.Checkpoint is null ? null : ImportedNetwork.Load(Path.Combine(folder, ImportFiles.Folder), interactions.Vocabulary);
        parameters = parameters with { Length = imported?.Length ?? parameters.Length };
        var pictures = parameters.Pictures is { } shown ? ItemPictures.Read(Path.Combine(folder, ItemPictures.Folder), shown, [null, .. interactions.Vocabulary.Ids]) : null;
        using var session = new TrainingSession(parameters, interactions, catalogue, task.Dataset.Profile.HasClock, folder, report, imported, StartingPoint.TryRead(Path.Combine(folder, StartingPoint.Folder)), group, pictures);
        if (task.Passes is { } passes)
            return new TrainingResult(new Dictionary<string, double> { ["ndcg@10"] = session.Try(passes) }, new Dictionary<string, IReadOnlyDictionary<string, double>>());
        var progress = session.Run();
        report(new WorkerMessage(Phase: "export"));
        var (parity, variants, index) = await new PackageWriter(task, parameters, interactions, events, targets)
            .WriteAsync(Path.Combine(folder, TrainingTask.PackageFolder), session, progress, catalogue);
        var metrics = new Dictionary<string, double>(progress.Comparison["model"])
        {
            ["parity"] = parity,
            ["megabytes"] = Math.Round(variants.Single(variant => variant.Kept).Bytes / 1e6, 3),
            ["milliseconds"] = Math.Round(variants.Single(variant => variant.Kept).Milliseconds, 3),
            [MetricName.Seconds] = Math.Round(progress.Seconds, 1),
            [MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
            ["passes"] = progress.BestEpoch,
            ["repeat_rate"] = session.RepeatRate,
        };
        if (pictures is not null)
            metrics["pictured_items"] = pictures.Known;
        foreach (var (depth, recall) in index.Recall)
            metrics[$"index_recall@{depth}"] = recall;
        return new TrainingResult(metrics, progress.Comparison);
    }
}
