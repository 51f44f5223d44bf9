using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Pictures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Applications;

/// <summary>Products that look alike: a network that makes vectors of pictures, and the catalogue's vectors.</summary>
public sealed class Pictures : IApplication
{
    public string Name => ApplicationName.Pictures;

    public IReadOnlyList<string> DatasetFiles { get; } = [Contracts.Datasets.DatasetFiles.Pictures, Contracts.Datasets.DatasetFiles.Products, Contracts.Datasets.DatasetFiles.Events];

    public IReadOnlyList<string> PackageFiles { get; } = [Features.PackageFiles.Pictures, Features.PackageFiles.Model, Features.PackageFiles.PictureVectors, Features.PackageFiles.PictureProducts, Features.PackageFiles.ModelCard];

    public IReadOnlyDictionary<string, JsonElement>? Complete(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = Read(given, out errors);
        return errors.Count == 0 ? ParameterRecord.ToDictionary(parameters) : null;
    }

    public RunSize SizeOf(IReadOnlyDictionary<string, JsonElement> parameters, DatasetProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var read = Read(parameters, out _);
        return new RunSize(Name, profile.Tables.GetValueOrDefault("pictures"), read.Base is null ? read.Passes * (read.ViewWeight > 0 ? 2 : 1) : 1, (double)read.Width * read.Width * read.Side * read.Side);
    }

    public async Task<TrainingResult> TrainAsync(TrainingTask task, string folder, Action<WorkerMessage> report, Group? group = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(report);
        var parameters = Read(task.Parameters, out var errors);
        return errors.Count > 0
            ? throw new TrainingException(string.Join(" ", errors.Values.SelectMany(error => error)))
            : await new PictureRun(task, parameters, report).RunAsync(folder);
    }

    private static PictureParameters Read(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = ParameterRecord.Read(given, new PictureParameters(), out errors);
        if (parameters.Deviation.Any(deviation => !(deviation > 0)))
            errors["deviation"] = ["'deviation' is divided by: give three numbers above 0."];
        return parameters;
    }
}
