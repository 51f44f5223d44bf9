using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Features;

namespace ModelOps.Trainer.Training;

/// <summary>What a worker process is to do: <c>request.json</c> in the run's folder, beside the dataset version's files.</summary>
public sealed record TrainingTask(Guid Run, string Model, DatasetVersion Dataset, IReadOnlyDictionary<string, JsonElement> Parameters)
{
    public const string FileName = "request.json";
    public const string PackageFolder = "package";

    /// <summary>What is made of the dataset; see <see cref="ApplicationName"/>.</summary>
    public string Application { get; init; } = ApplicationName.Recommend;

    /// <summary>For a trial of a search: stop after so many passes and tell the validation; null trains and packs.</summary>
    public int? Passes { get; init; }

    /// <summary>What a search tried before this training; goes into the model card.</summary>
    public IReadOnlyList<TuningTrial>? Trials { get; init; }

    /// <summary>The version of the model whose weights the network begins with; 0 for none.</summary>
    public int Parent { get; init; }

    public async Task WriteAsync(string folder)
    {
        await using var file = File.Create(Path.Combine(folder, FileName));
        await JsonSerializer.SerializeAsync(file, this, PackageJson.Indented);
    }

    public static async Task<TrainingTask> ReadAsync(string folder)
    {
        await using var file = File.OpenRead(Path.Combine(folder, FileName));
        return await JsonSerializer.DeserializeAsync<TrainingTask>(file, PackageJson.Indented)
            ?? throw new TrainingException($"{FileName} in {folder} is empty.");
    }
}
