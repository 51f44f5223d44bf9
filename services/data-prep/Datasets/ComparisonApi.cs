using DuckDB.NET.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Statistics;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.Datasets;

/// <summary>What a version is made of and how its values are distributed, and what differs between two.</summary>
internal static class ComparisonApi
{
    public static void MapComparisons(this IEndpointRouteBuilder app)
    {
        var version = app.MapGroup("/v1/datasets/{name}/versions/{version:int}").WithTags("Datasets");
        version.MapGet("/statistics", StatisticsAsync).WithSummary("Histograms, quantiles and top values, as read and as kept");
        version.MapGet("/lineage", LineageAsync).WithSummary("The sources, rules and code that made the version");
        version.MapGet("/diff/{other:int}", DiffAsync).WithSummary("Rows, schema, distributions, checks and lineage against another version");
    }

    private static async Task<Results<Ok<DatasetStatistics>, ProblemHttpResult>> StatisticsAsync(StoreId store, string name, int version, DatasetsDb database, CancellationToken cancellationToken) =>
        await database.FindVersionAsync(store, name, version, cancellationToken) is { Statistics: { } statistics } ? TypedResults.Ok(statistics) : NoVersion(name, version);

    private static async Task<Results<Ok<DatasetLineage>, ProblemHttpResult>> LineageAsync(StoreId store, string name, int version, DatasetsDb database, CancellationToken cancellationToken) =>
        await database.FindVersionAsync(store, name, version, cancellationToken) is { Lineage: { } lineage } ? TypedResults.Ok(lineage) : NoVersion(name, version);

    private static async Task<Results<Ok<DatasetDiff>, ProblemHttpResult>> DiffAsync(
        StoreId store, string name, int version, int other, DatasetsDb database, DatasetStorage storage, CancellationToken cancellationToken)
    {
        if (await database.FindVersionAsync(store, name, version, cancellationToken) is not { Statistics: not null, Lineage: not null } from)
            return NoVersion(name, version);
        if (await database.FindVersionAsync(store, name, other, cancellationToken) is not { Statistics: not null, Lineage: not null } to)
            return NoVersion(name, other);
        using var folder = new WorkFolder();
        var removed = new List<int>();
        foreach (var row in new[] { from, to }.DistinctBy(row => row.Version))
        {
            if (!await FetchAsync(store, row, folder, storage, cancellationToken))
                removed.Add(row.Version);
        }
        var kept = Compare(from, to) with { Removed = removed };
        return TypedResults.Ok(removed.Count > 0 ? kept : await Task.Run(() => WithRows(kept, folder, from, to), cancellationToken));
    }

    /// <returns>False when the version's files are no more.</returns>
    private static async Task<bool> FetchAsync(StoreId store, VersionRow row, WorkFolder folder, DatasetStorage storage, CancellationToken cancellationToken)
    {
        foreach (var file in row.Lineage!.Files.Keys.Where(file => file != DatasetFiles.Quarantine))
        {
            if (row.RemovedAt is not null || !await storage.GetVersionFileAsync(store, row.ContentSha256, file, PathOf(folder, row, file), cancellationToken))
                return false;
        }
        return true;
    }

    /// <summary>What the rows in the database say, without any file.</summary>
    private static DatasetDiff Compare(VersionRow from, VersionRow to) => new(from.Dataset, from.Version, to.Version, null, null, null, null, [],
        [.. VersionDiff.Distributions(from.Statistics!, to.Statistics!)], [.. VersionDiff.Checks(from.Report, to.Report)], VersionDiff.Lineage(from.Lineage!, to.Lineage!))
    { Tables = [.. VersionDiff.Tables(from.Report.Profile, to.Report.Profile)] };

    private static DatasetDiff WithRows(DatasetDiff diff, WorkFolder folder, VersionRow from, VersionRow to)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var (added, removed, same) = VersionDiff.Events(duck, PathOf(folder, from, DatasetFiles.Events), PathOf(folder, to, DatasetFiles.Events));
        var shared = from.Lineage!.Files.Keys.Intersect(to.Lineage!.Files.Keys).Where(file => file != DatasetFiles.Quarantine).ToList();
        return diff with
        {
            RowsAdded = added,
            RowsRemoved = removed,
            RowsSame = same,
            Products = VersionDiff.Products(duck, PathOf(folder, from, DatasetFiles.Products), PathOf(folder, to, DatasetFiles.Products)),
            Schema = [.. shared.SelectMany(file => VersionDiff.Schema(duck, file, PathOf(folder, from, file), PathOf(folder, to, file)))],
            Tables = [.. diff.Tables.Select(table => table.Table switch
            {
                "events" => table with { Added = added, Removed = removed },
                var name when shared.Contains($"{name}.parquet") => Changed(table, VersionDiff.Rows(duck, PathOf(folder, from, $"{name}.parquet"), PathOf(folder, to, $"{name}.parquet"))),
                _ => table with { Added = table.To, Removed = table.From }, // one version alone has it
            })],
        };
    }

    private static TableDiff Changed(TableDiff table, (long Added, long Removed, long Same) rows) => table with { Added = rows.Added, Removed = rows.Removed };

    private static string PathOf(WorkFolder folder, VersionRow row, string file) => Path.Combine(folder.Path, $"{row.Version}-{file}");

    private static ProblemHttpResult NoVersion(string name, int version) => Problems.NotFound($"The dataset '{name}' has no version {version} with statistics.");
}
