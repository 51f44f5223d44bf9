using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Search.Packages;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.SearchIndexes;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Applications;

/// <summary>The products that answer a shopper's words: an index of the catalogue, and weights that judged queries taught.</summary>
public sealed class Search : IApplication
{
    public string Name => ApplicationName.Search;

    public IReadOnlyList<string> DatasetFiles { get; } = [Contracts.Datasets.DatasetFiles.Products, Contracts.Datasets.DatasetFiles.Events, Contracts.Datasets.DatasetFiles.Judgements,
        Contracts.Datasets.DatasetFiles.Searches, Contracts.Datasets.DatasetFiles.Queries, Contracts.Datasets.DatasetFiles.Reformulations];

    public IReadOnlyList<string> PackageFiles { get; } = [SearchPackage.Settings, SearchPackage.Products, SearchPackage.Index, Features.PackageFiles.ModelCard];

    public IReadOnlyDictionary<string, JsonElement>? Complete(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = SearchParameters.Read(given, out errors);
        return errors.Count > 0 ? null : ParameterRecord.ToDictionary(parameters);
    }

    public RunSize SizeOf(IReadOnlyDictionary<string, JsonElement> parameters, DatasetProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var read = SearchParameters.Read(parameters, out _);
        var judged = profile.Tables.GetValueOrDefault(SearchTraining.JudgementsTable);
        // A training of networks takes a hundred times as long, so that it is compared with its like.
        return read.Dense == SearchPart.None && read.Rerank == SearchPart.None
            ? new RunSize(Name, profile.Items, 1, Math.Max(1, judged))
            : new RunSize($"{Name} with networks", profile.Items + judged, read.PretrainingPasses + read.TitlePasses, 12.0 * read.EncoderLayers * read.EncoderDimensions * read.EncoderDimensions);
    }

    public async Task<TrainingResult> TrainAsync(TrainingTask task, string folder, Action<WorkerMessage> report, Group? group = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(report);
        var parameters = SearchParameters.Read(task.Parameters, out var errors);
        return errors.Count > 0
            ? throw new TrainingException(string.Join(" ", errors.Values.SelectMany(error => error)))
            : await new SearchTraining(task, parameters, report).RunAsync(folder);
    }
}
