using System.Reflection;
using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Reproductions;

/// <summary>What a package says of where it came from: the part of <c>model-card.json</c> that a training can be repeated from.</summary>
/// <param name="Run">The training that made it.</param>
/// <param name="Parameters">All that the worker trained with, defaults included.</param>
/// <param name="Parent">The version whose weights it began with; null for none, or where the package is older than this member.</param>
/// <param name="Code">The trainer's build; null where the package is older than this member.</param>
/// <param name="Machine">What it was trained on; null likewise.</param>
public sealed record Lineage(
    Guid Run, LineageDataset Dataset, IReadOnlyDictionary<string, JsonElement> Parameters, int? Parent, string? Code, string? Machine, IReadOnlyDictionary<string, string>? Packages)
{
    /// <summary>What was made of the dataset; packages from before there was more than one have none.</summary>
    public string Application { get; init; } = ApplicationName.Recommend;

    /// <summary>Of this build: version and commit.</summary>
    public static string ThisCode { get; } = typeof(Lineage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <exception cref="JsonException">It is no model card.</exception>
    public static async Task<Lineage> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var lineage = await JsonSerializer.DeserializeAsync<Lineage>(file, PackageJson.Indented, cancellationToken);
        return lineage is { Dataset.Name.Length: > 0, Dataset.Version: > 0, Parameters: not null } ? lineage : throw new JsonException("It names no dataset version or no parameters.");
    }

    /// <summary>Where the package contradicts what the trainer has kept of the run that made it.</summary>
    public IEnumerable<string> Contradictions(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if ((run.Dataset, run.DatasetVersion) != (Dataset.Name, Dataset.Version))
            yield return $"Lineage: the package says that it learned from version {Dataset.Version} of '{Dataset.Name}'; run {run.Id} learned from version {run.DatasetVersion} of '{run.Dataset}'.";
        if (Parent is { } parent && run.StartVersion is { } started && parent != started)
            yield return $"Lineage: the package says that it began with version {parent}; run {run.Id} began with {(started == 0 ? "none" : $"version {started}")}.";
        // A search settles some parameters after the run was accepted; those are the package's to say.
        if (run.IsSearching || run.Chosen is not null || TrainingParameters.Parse(Parameters, out _) is not { } packaged || TrainingParameters.Parse(run.ParametersWith(null), out _) is not { } accepted)
            yield break;
        if (packaged.Architecture == TrainingParameters.Imported)
            packaged = packaged with { Length = accepted.Length }; // which the network decides itself
        var (ours, theirs) = (packaged.ToDictionary(), accepted.ToDictionary());
        foreach (var name in ours.Keys.Union(theirs.Keys).Order(StringComparer.Ordinal))
        {
            var (says, had) = (ours.TryGetValue(name, out var said) ? said.GetRawText() : "nothing", theirs.TryGetValue(name, out var own) ? own.GetRawText() : "nothing");
            if (says != had)
                yield return $"Lineage: the package says that '{name}' was {says}; run {run.Id} was started with {had}.";
        }
    }
}

/// <param name="ContentSha256">The dataset version's address; null where the package is older than this member.</param>
public sealed record LineageDataset(string Name, int Version, string? ContentSha256);
