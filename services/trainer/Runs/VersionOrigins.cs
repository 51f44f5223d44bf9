using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Runs;

/// <summary>What the trainer knows of a version's making: the dataset and its sources, the weights it began with, what a search tried.</summary>
public sealed class VersionOrigins(DataPrepClient datasets, RunsDb database, RunBlobs blobs, IOptions<TrainerOptions> options, ILogger<VersionOrigins> logger)
{
    public async Task<VersionOrigin> FindAsync(StoreId store, Run run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var tried = await database.Trials.CountAsync(trial => trial.RunId == run.Id, cancellationToken);
        var started = run.StartVersion ?? 0;
        var named = started > 0 ? RunInputs.BaseOf(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(run.Parameters)!) : null;
        return new VersionOrigin(
            new DatasetOrigin(run.Dataset, run.DatasetVersion, await SourcesAsync(store, run, cancellationToken)),
            started > 0 && named is null && await BeganThereAsync(store, run, cancellationToken) ? started : null,
            run.Chosen is { } chosen && tried > 0 ? new TrialsOrigin(tried, chosen) : null,
            Base: named is null ? null : new BaseOrigin(named, started));
    }

    /// <summary>Null where data-prep cannot say now: a version is registered without it too.</summary>
    private async Task<IReadOnlyList<SourceLineage>?> SourcesAsync(StoreId store, Run run, CancellationToken cancellationToken)
    {
        try
        {
            return (await datasets.FindLineageAsync(store, run.Dataset, run.DatasetVersion, cancellationToken))?.Sources;
        }
        catch (Exception exception) when (exception is ServiceException or HttpRequestException or TimeoutException or JsonException && !cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("The sources of version {Version} of {Dataset} are not known to the registry: {Reason}", run.DatasetVersion, run.Dataset, exception.Message);
            return null;
        }
    }

    /// <summary>A training begins with a version's weights only where enough is new since; its card says whether.</summary>
    private async Task<bool> BeganThereAsync(StoreId store, Run run, CancellationToken cancellationToken)
    {
        var kept = Path.Combine(RunFolder.Kept(options.Value, run.Id), PackageFiles.ModelCard);
        if (File.Exists(kept))
            return IsWarm(await File.ReadAllTextAsync(kept, cancellationToken));
        var fetched = RunFolder.CreateForFetching(options.Value, run.Id);
        try
        {
            return await blobs.FetchPackageAsync(store, run.Id, fetched, [PackageFiles.ModelCard], cancellationToken)
                && IsWarm(await File.ReadAllTextAsync(Path.Combine(fetched, PackageFiles.ModelCard), cancellationToken));
        }
        finally
        {
            RunFolder.Remove(fetched);
        }
    }

    private static bool IsWarm(string card)
    {
        using var json = JsonDocument.Parse(card);
        return json.RootElement.TryGetProperty("evaluation", out var evaluation) && evaluation.TryGetProperty("start", out var start) && start.GetString() != TrainingParameters.Scratch;
    }
}
