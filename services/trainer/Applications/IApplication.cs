using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Applications;

/// <summary>What a training makes of a dataset version: a recommender, a search index, a classifier of messages. One file each; <see cref="ApplicationList"/> lists them.</summary>
public interface IApplication
{
    /// <summary>One of <see cref="Contracts.Runs.ApplicationName"/>.</summary>
    string Name { get; }

    /// <summary>Files of the dataset version that a training reads, as far as the version has them; see <see cref="DatasetFiles"/>.</summary>
    IReadOnlyList<string> DatasetFiles { get; }

    /// <summary>Files that every package of it has; a package may have more.</summary>
    IReadOnlyList<string> PackageFiles { get; }

    /// <summary>All parameters of a training, those that were not given with their defaults; null where some are wrong.</summary>
    /// <param name="errors">What is wrong and what to give instead, by parameter.</param>
    IReadOnlyDictionary<string, JsonElement>? Complete(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors);

    /// <summary>What decides how long a training takes. The parameters were accepted by <see cref="Complete"/>.</summary>
    RunSize SizeOf(IReadOnlyDictionary<string, JsonElement> parameters, DatasetProfile profile);

    /// <summary>The whole training, in a worker's process: reads the dataset's files in <paramref name="folder"/> and leaves the package in its <see cref="TrainingTask.PackageFolder"/>.</summary>
    /// <param name="group">The processes that train together with this one, which leads; null where it trains alone.</param>
    /// <exception cref="TrainingException">It cannot be trained on this data; the message says why and what to do.</exception>
    Task<TrainingResult> TrainAsync(TrainingTask task, string folder, Action<WorkerMessage> report, Group? group = null);
}
