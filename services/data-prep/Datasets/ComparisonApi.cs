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
        foreach (var row in new[] { from, to })
        {
            foreach (var file in row.Lineage!.Files.Keys.Where(file => file != DatasetFiles.Quarantine))
            {
                if (!await storage.GetVersionFileAsync(store, row.ContentSha256, file, PathOf(folder, row, file), cancellationToken))
                    return Retention.Gone(name, row.Version, row.RemovedAt);
            }
        }
        return TypedResults.Ok(await Task.Run(() => Compare(folder, from, to), cancellationToken));
    }

    private static DatasetDiff Compare(WorkFolder folder, VersionRow from, VersionRow to)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var (added, removed, same) = VersionDiff.Events(duck, PathOf(folder, from, DatasetFiles.Events), PathOf(folder, to, DatasetFiles.Events));
        var shared = from.Lineage!.Files.Keys.Intersect(to.Lineage!.Files.Keys).Where(file => file != DatasetFiles.Quarantine);
        return new DatasetDiff(from.Dataset, from.Version, to.Version, added, removed, same,
            VersionDiff.Products(duck, PathOf(folder, from, DatasetFiles.Products), PathOf(folder, to, DatasetFiles.Products)),
            [.. shared.SelectMany(file => VersionDiff.Schema(duck, file, PathOf(folder, from, file), PathOf(folder, to, file)))],
            [.. VersionDiff.Distributions(from.Statistics!, to.Statistics!)],
            [.. VersionDiff.Checks(from.Report, to.Report)],
            VersionDiff.Lineage(from.Lineage, to.Lineage));
    }

    private static string PathOf(WorkFolder folder, VersionRow row, string file) => Path.Combine(folder.Path, $"{row.Version}-{file}");

    private static ProblemHttpResult NoVersion(string name, int version) => Problems.NotFound($"The dataset '{name}' has no version {version} with statistics.");
}
