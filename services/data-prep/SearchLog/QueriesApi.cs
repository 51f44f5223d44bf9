using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.SearchLog;

/// <summary>What shoppers searched for, from a version's own tables, so that it shows no more than those hold.</summary>
internal static class QueriesApi
{
    private const int Most = 500;

    public static void MapQueries(this IEndpointRouteBuilder app) => app.MapGet("/v1/datasets/{name}/versions/{version:int}/queries", FindAsync)
        .WithTags("Datasets").WithSummary("The most asked queries, those that found nothing, and what was asked instead");

    private static async Task<Results<Ok<SearchedQueries>, ProblemHttpResult>> FindAsync(
        StoreId store, string name, int version, DatasetsDb database, DatasetStorage storage, CancellationToken cancellationToken, int count = 20)
    {
        if (count is < 1 or > Most)
            return Problems.Refuse("queries-request", $"'count' is {count}; it goes from 1 to {Most}.");
        if (await database.FindVersionAsync(store, name, version, cancellationToken) is not { } row)
            return Problems.NotFound($"The dataset '{name}' has no version {version}.");
        if (row.RemovedAt is { } removed)
            return Retention.Gone(name, version, removed);
        using var folder = new WorkFolder();
        async Task<string?> FetchAsync(string file)
        {
            var path = Path.Combine(folder.Path, file);
            return await storage.GetVersionFileAsync(store, row.ContentSha256, file, path, cancellationToken) ? path : null;
        }
        var (queries, reformulations) = (await FetchAsync(DatasetFiles.Queries), await FetchAsync(DatasetFiles.Reformulations));
        return TypedResults.Ok(await Task.Run(() => Read(queries, reformulations, count), cancellationToken));
    }

    /// <param name="queries">Null where nothing was asked often enough.</param>
    private static SearchedQueries Read(string? queries, string? reformulations, int count)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        List<QueryCounts> Asked(string condition) => queries is null ? [] : duck.Rows(
            $"SELECT query, asked, shoppers, found, clicked, bought FROM '{queries}' WHERE {condition} ORDER BY asked DESC, query LIMIT {count}",
            row => new QueryCounts(row.GetString(0), Whole(row[1]), Whole(row[2]), (int)Whole(row[3]), Whole(row[4]), Whole(row[5])));
        return new SearchedQueries(Asked("true"), Asked("found = 0"), reformulations is null ? [] : duck.Rows(
            $"SELECT query, later, shoppers, times FROM '{reformulations}' ORDER BY shoppers DESC, times DESC, query, later LIMIT {count}",
            row => new QueryRewording(row.GetString(0), row.GetString(1), Whole(row[2]), Whole(row[3]))));
    }

    private static long Whole(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
