using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Jobs;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Runs;

/// <summary>Brings what a worker needs into its folder: the dataset version's files, an imported checkpoint, and the task itself.</summary>
public sealed class RunInputs(DataPrepClient datasets, ImportBlobs imports, RegistryClient registry, SignedPackages packages, IServiceScopeFactory scopes)
{
    private const string Champion = "champion";

    private static readonly string[] StartFiles = [PackageFiles.Weights, PackageFiles.WeightsDescription];

    /// <param name="trial">For a trial: the passes after which it stops.</param>
    /// <param name="trials">What a search tried before this training.</param>
    /// <returns>The dataset version.</returns>
    /// <exception cref="FinalJobFailureException">Something that the run names is not there any more.</exception>
    public async Task<DatasetVersion> FetchAsync(
        StoreId store, Run run, IReadOnlyDictionary<string, JsonElement> parameters, string folder, int? trial = null, IReadOnlyList<TuningTrial>? trials = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(parameters);
        var alias = parameters.GetValueOrDefault("start") is { ValueKind: JsonValueKind.String } start ? start.GetString()! : TrainingParameters.Scratch;
        var (startsFrom, files) = BaseOf(parameters) is { } named ? (named, (IReadOnlyList<string>?)null) : (run.Model, StartFiles);
        alias = files is null ? Champion : alias;
        var parent = alias == TrainingParameters.Scratch ? 0 : await SettleAsync(store, run, startsFrom, alias, cancellationToken);
        if (parent == 0 && files is null)
            throw new FinalJobFailureException($"The model '{startsFrom}', with which this run begins, has no champion. Register its checkpoint and set the alias, or leave 'base' out.");
        DatasetVersion version;
        try
        {
            version = await datasets.GetVersionAsync(store, run.Dataset, run.DatasetVersion, cancellationToken);
            foreach (var file in ApplicationList.Of(run.Application).DatasetFiles.Where(file => DatasetFiles.Has(version.Profile, file)))
                await datasets.DownloadAsync(store, run.Dataset, run.DatasetVersion, file, Path.Combine(folder, file), cancellationToken);
            await new TrainingTask(run.Id, run.Model, version, parameters) { Application = run.Application, Passes = trial, Trials = trials, Parent = parent }.WriteAsync(folder);
        }
        catch (ServiceException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            throw new FinalJobFailureException($"Version {run.DatasetVersion} of the dataset '{run.Dataset}' does not exist: {exception.Message} Prepare it first, or name another.", exception);
        }
        if (parameters.GetValueOrDefault("checkpoint") is { ValueKind: JsonValueKind.String } import && !await imports.FetchAsync(store, import.GetString()!, Path.Combine(folder, ImportFiles.Folder), cancellationToken))
            throw new FinalJobFailureException($"The import '{import}' is no longer kept. Upload it to /v1/imports again.");
        if (parameters.GetValueOrDefault("pictures") is { ValueKind: JsonValueKind.String } pictures)
            await FetchPicturesAsync(store, ModelReference.Of(pictures.GetString()!), Path.Combine(folder, ItemPictures.Folder), cancellationToken);
        if (parent > 0)
            await FetchStartAsync(store, startsFrom, parent, Path.Combine(folder, StartingPoint.Folder), files, cancellationToken);
        return version;
    }

    private async Task FetchPicturesAsync(StoreId store, ModelReference pictures, string folder, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await packages.DownloadAsync(store, pictures.Model, pictures.Version ?? 0, folder, file => ItemPictures.Files.Contains(file), cancellationToken);
            if (ItemPictures.Files.Any(file => manifest.Files.All(kept => kept.Path != file)))
                throw new FinalJobFailureException($"'{pictures}' is no model of pictures: its package has not {string.Join(", ", ItemPictures.Files)}. Name one that the pipeline 'images' made, or leave 'pictures' out.");
        }
        catch (InvalidDataException exception)
        {
            throw new FinalJobFailureException($"{exception.Message} Start the run again once that is mended, or without 'pictures'.", exception);
        }
        catch (ServiceException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            throw new FinalJobFailureException($"The model of pictures '{pictures}' is no longer kept: {exception.Message} Start the run again, or without 'pictures'.", exception);
        }
    }

    /// <summary>Another model that a run begins with; null where it names none.</summary>
    public static string? BaseOf(IReadOnlyDictionary<string, JsonElement> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.GetValueOrDefault("base") is { ValueKind: JsonValueKind.String } named ? named.GetString() : null;
    }

    /// <param name="files">That are needed; null for all that the package has.</param>
    private async Task FetchStartAsync(StoreId store, string model, int version, string folder, IReadOnlyList<string>? files, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await packages.DownloadAsync(store, model, version, folder, file => files?.Contains(file) ?? true, cancellationToken);
            if (files?.All(file => manifest.Files.Any(kept => kept.Path == file)) == false)
                Directory.Delete(folder, recursive: true);
        }
        catch (InvalidDataException exception)
        {
            throw new FinalJobFailureException($"{exception.Message} Start the run again once that is mended, or with start: scratch.", exception);
        }
        catch (ServiceException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            throw new FinalJobFailureException($"Version {version} of '{model}', with which this run begins, is no longer kept: {exception.Message} Start it again, or with start: scratch.", exception);
        }
    }

    /// <summary>The alias' version at the run's first asking, the same ever after; 0 where there is none.</summary>
    private async Task<int> SettleAsync(StoreId store, Run run, string model, string alias, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var rows = scope.ServiceProvider.GetRequiredService<RunsDb>().Runs.Where(row => row.Id == run.Id);
        if (await rows.Select(row => row.StartVersion).SingleAsync(cancellationToken) is { } settled)
            return settled;
        var found = (await registry.FindAsync(store, model, cancellationToken))?.Aliases.GetValueOrDefault(alias) ?? 0;
        await rows.Where(row => row.StartVersion == null).ExecuteUpdateAsync(row => row.SetProperty(one => one.StartVersion, found), cancellationToken);
        return await rows.Select(row => row.StartVersion).SingleAsync(cancellationToken) ?? found;
    }
}
