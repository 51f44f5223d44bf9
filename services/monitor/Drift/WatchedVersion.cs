using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift;

/// <summary>The champion that days are held against.</summary>
/// <param name="LearnedUntil">The end of what it learned from.</param>
/// <param name="ServesSince">When it became champion.</param>
internal sealed record WatchedVersion(int Version, DateTimeOffset LearnedUntil, DateTimeOffset ServesSince, VersionCatalogue Catalogue);

/// <summary>Asks the registry and data preparation about it.</summary>
internal sealed class WatchedVersions(RegistryClient registry, DataPrepClient dataPrep)
{
    private const string Time = "time";

    /// <returns>Null while the model has none.</returns>
    public async Task<ModelVersion?> FindChampionAsync(StoreId store, string model, CancellationToken cancellationToken) =>
        await registry.FindAsync(store, model, cancellationToken) is { } registered && registered.Aliases.TryGetValue(Arm.Champion, out var champion)
            ? registered.Versions.FirstOrDefault(version => version.Version == champion) ?? await registry.GetVersionAsync(store, model, champion, cancellationToken)
            : null;

    /// <param name="categories">How many of the catalogue's are segments of their own.</param>
    public async Task<WatchedVersion> DescribeAsync(StoreId store, ModelVersion champion, int categories, CancellationToken cancellationToken)
    {
        var moves = await registry.AliasHistoryAsync(store, champion.Model, cancellationToken);
        var servesSince = moves.Items.Where(move => move.Alias == Arm.Champion && move.To == champion.Version).Max(move => (DateTimeOffset?)move.At);
        return new WatchedVersion(
            champion.Version, await LearnedUntilAsync(store, champion, cancellationToken), servesSince ?? champion.CreatedAt, await CatalogueAsync(store, champion.Model, champion.Version, categories, cancellationToken));
    }

    /// <summary>The latest event of its dataset; where nothing is known of that, the time that it was made.</summary>
    private async Task<DateTimeOffset> LearnedUntilAsync(StoreId store, ModelVersion version, CancellationToken cancellationToken)
    {
        if ((await registry.FindLineageAsync(store, version.Model, version.Version, cancellationToken))?.Origin.Dataset is not { } dataset)
            return version.CreatedAt;
        var statistics = await dataPrep.FindStatisticsAsync(store, dataset.Name, dataset.Version, cancellationToken);
        return statistics?.Columns.FirstOrDefault(column => column.Column == Time)?.Quantiles is [.., var last] ? DateTimeOffset.FromUnixTimeSeconds((long)last.Value) : version.CreatedAt;
    }

    private async Task<VersionCatalogue> CatalogueAsync(StoreId store, string model, int version, int categories, CancellationToken cancellationToken)
    {
        var files = (await registry.GetManifestAsync(store, model, version, cancellationToken)).Files.Select(file => file.Path).ToHashSet();
        if (!files.Contains(PackageFiles.Items))
            return VersionCatalogue.None;
        var folder = Directory.CreateTempSubdirectory("modelops-drift-").FullName;
        try
        {
            async Task<string> FetchAsync(string file)
            {
                await registry.DownloadAsync(store, model, version, file, Path.Combine(folder, file), cancellationToken);
                return Path.Combine(folder, file);
            }
            var items = (await ItemCatalogue.ReadAsync(await FetchAsync(PackageFiles.Items), cancellationToken)).Items;
            var groups = files.Contains(PackageFiles.Weights) && files.Contains(PackageFiles.WeightsDescription)
                ? ItemGroups.Read(await FetchAsync(PackageFiles.Weights), await FetchAsync(PackageFiles.WeightsDescription), items.ToDictionary(item => item.Id, item => item.Popularity))
                : [];
            return VersionCatalogue.Of(items, categories, groups);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
