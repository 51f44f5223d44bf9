using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Jobs;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Reproductions;

/// <summary>Holds what a version's lineage gave now against the version.</summary>
public sealed class ReproductionCheck(Originals originals, RunsDb database)
{
    /// <summary>These are the machine's, not the model's.</summary>
    private static readonly string[] NotTheModels = [MetricName.Seconds, MetricName.PeakMegabytes, MetricName.Cost, "milliseconds"];

    /// <param name="package">The folder of what was trained now.</param>
    /// <param name="folder">For what is fetched.</param>
    /// <exception cref="FinalJobFailureException">The version is not kept any more, or its files were changed.</exception>
    public async Task<ReproductionReport> CompareAsync(
        StoreId store, ReproductionRequest request, DatasetVersion dataset, TrainingResult result, string package, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(result);
        if (await originals.FindAsync(store, request.Model, request.Version, cancellationToken) is not { } original)
            throw new FinalJobFailureException($"Version {request.Version} of '{request.Model}' was archived or removed while it was trained again; there is nothing left to compare with.");
        try
        {
            var (lineage, rebuilt) = (await LineageAsync(store, original.Manifest, folder, cancellationToken), await Lineage.ReadAsync(Path.Combine(package, PackageFiles.ModelCard), cancellationToken));
            var files = await FilesAsync(original.Manifest, package, cancellationToken);
            var metrics = Metrics(original.Version.Metrics, result.Metrics);
            var weights = files.Any(file => file is { Path: PackageFiles.Weights, IsEqual: false, WasSha256: not null, IsSha256: not null }) ? await WeightsAsync(store, original.Manifest, package, folder, cancellationToken) : null;
            string[] contradictions = [.. await ContradictionsAsync(store, original.Version, lineage, dataset, cancellationToken)];
            string[] differences = [.. Differences(metrics, files, weights)];
            return new ReproductionReport(contradictions.Length == 0 && differences.Length == 0, [.. contradictions, .. differences, .. differences.Length > 0 ? Reasons(lineage, rebuilt) : []], metrics, files, weights);
        }
        catch (InvalidDataException exception)
        {
            throw new FinalJobFailureException(exception.Message, exception);
        }
    }

    private async Task<Lineage> LineageAsync(StoreId store, PackageManifest manifest, string folder, CancellationToken cancellationToken)
    {
        var card = Path.Combine(folder, "original-card.json");
        await originals.FetchAsync(store, manifest, PackageFiles.ModelCard, card, cancellationToken);
        return await Lineage.ReadAsync(card, cancellationToken);
    }

    private async Task<IEnumerable<string>> ContradictionsAsync(StoreId store, ModelVersion version, Lineage lineage, DatasetVersion dataset, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        if (version.RunId is { } id && await database.Runs.AsNoTracking().FirstOrDefaultAsync(run => run.Id == id && run.Store == store.Value, cancellationToken) is { } run)
            found.AddRange(lineage.Contradictions(run));
        if (version.RunId is { } registered && registered != lineage.Run)
            found.Add($"Lineage: the package says that run {lineage.Run} made it, the registry that run {registered} did.");
        foreach (var (tag, says) in new[] { ("dataset", lineage.Dataset.Name), ("dataset_version", lineage.Dataset.Version.ToString(CultureInfo.InvariantCulture)) })
        {
            if (version.Tags.TryGetValue(tag, out var tagged) && tagged != says)
                found.Add($"Lineage: the package says that its {tag} is {says}, the registry's tag says {tagged}.");
        }
        if (lineage.Dataset.ContentSha256 is { } learned && dataset.ContentSha256 is { } now && learned != now)
            found.Add($"Lineage: version {dataset.Version} of '{dataset.Name}' has the content {now} now, the package learned from {learned}.");
        return found;
    }

    private static async Task<List<ReproducedFile>> FilesAsync(PackageManifest manifest, string package, CancellationToken cancellationToken)
    {
        var made = new Dictionary<string, string>();
        foreach (var path in Directory.EnumerateFiles(package))
            made[Path.GetFileName(path)] = await Originals.HashAsync(path, cancellationToken);
        var kept = manifest.Files.ToDictionary(file => file.Path, file => file.Sha256);
        // The card tells when and how fast it was trained; what else it tells is compared one by one.
        return [.. kept.Keys.Union(made.Keys).Where(path => path != PackageFiles.ModelCard).Order(StringComparer.Ordinal)
            .Select(path => new ReproducedFile(path, kept.GetValueOrDefault(path), made.GetValueOrDefault(path)))];
    }

    private static List<ReproducedMetric> Metrics(IReadOnlyDictionary<string, double> was, IReadOnlyDictionary<string, double> now) =>
        [.. was.Keys.Union(now.Keys).Where(name => !NotTheModels.Contains(name)).Order(StringComparer.Ordinal)
            .Select(name => new ReproducedMetric(name, was.TryGetValue(name, out var before) ? before : null, now.TryGetValue(name, out var after) ? after : null))];

    private async Task<WeightDifference> WeightsAsync(StoreId store, PackageManifest manifest, string package, string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "original-weights");
        await originals.FetchAsync(store, manifest, PackageFiles.Weights, path, cancellationToken);
        using var was = SafeTensors.Open(path);
        using var now = SafeTensors.Open(Path.Combine(package, PackageFiles.Weights));
        var largest = new WeightDifference("", 0);
        foreach (var name in was.Tensors.Keys.Union(now.Tensors.Keys))
        {
            if (!was.Tensors.TryGetValue(name, out var before) || !now.Tensors.TryGetValue(name, out var after) || !before.Shape.SequenceEqual(after.Shape))
                return new WeightDifference(name, null);
            var difference = was.Read(name).Zip(now.Read(name), (one, other) => Math.Abs((double)one - other)).DefaultIfEmpty().Max();
            if (difference > largest.Value)
                largest = new WeightDifference(name, difference);
        }
        return largest;
    }

    private static IEnumerable<string> Differences(List<ReproducedMetric> metrics, List<ReproducedFile> files, WeightDifference? weights)
    {
        foreach (var metric in metrics.Where(metric => !metric.IsEqual && !metric.Name.Contains('.', StringComparison.Ordinal))) // intervals follow their metric
            yield return string.Create(CultureInfo.InvariantCulture, $"Metric: '{metric.Name}' was {metric.Was?.ToString("g6", CultureInfo.InvariantCulture) ?? "absent"}, is {metric.Is?.ToString("g6", CultureInfo.InvariantCulture) ?? "absent"}.");
        foreach (var file in files.Where(file => !file.IsEqual))
            yield return file is { WasSha256: not null, IsSha256: not null } ? $"File: '{file.Path}' has another content." : $"File: '{file.Path}' {(file.IsSha256 is null ? "is not made any more" : "was not there")}.";
        if (weights is { Value: { } value })
            yield return string.Create(CultureInfo.InvariantCulture, $"Weights: '{weights.Tensor}' differs most, by {value:g3}.");
        else if (weights is not null)
            yield return $"Weights: '{weights.Tensor}' has another shape.";
    }

    private static IEnumerable<string> Reasons(Lineage was, Lineage now)
    {
        var known = false;
        if (was.Code is { } code && code != now.Code)
            yield return Reason($"it was trained by the build {code}, now by {now.Code}");
        foreach (var (name, version) in was.Packages ?? new Dictionary<string, string>())
        {
            if (now.Packages?.GetValueOrDefault(name) is { } other && other != version)
                yield return Reason($"it was trained with {name} {version}, now with {other}");
        }
        if (was.Machine is { } machine && machine != now.Machine)
            yield return Reason($"it was trained on {machine}, now on {now.Machine}: other processors and thread counts add up in another order");
        if (!known && JsonSerializer.Serialize(was.Parameters) == JsonSerializer.Serialize(now.Parameters))
            yield return "Reason: build, packages and machine are the same, so that the lineage does not say all: data or package were changed, or the training is not deterministic here.";

        string Reason(string what)
        {
            known = true;
            return $"Reason: {what}.";
        }
    }
}
