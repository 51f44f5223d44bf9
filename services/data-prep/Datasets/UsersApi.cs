using DuckDB.NET.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.Datasets;

/// <summary>Whom a version knows, or those of them who have certain tags now.</summary>
internal static class UsersApi
{
    private static readonly string[] Tags = ["segment", "lifecycle", "price_band", "favourite_category", "favourite_brand"];

    public static void MapUsers(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/datasets/{name}/versions/{version:int}/users", ListAsync).WithTags("Datasets").WithSummary("The users' ids; tag=segment:loyal, also several, leaves those who have all of them");

    private static async Task<Results<Ok<List<string>>, ProblemHttpResult>> ListAsync(
        StoreId store, string name, int version, DatasetsDb database, DatasetStorage storage, CancellationToken cancellationToken, string[]? tag = null)
    {
        var tags = (tag ?? []).Select(one => one.Split(':', 2)).ToList();
        if (tags.Find(one => one.Length < 2 || !Tags.Contains(one[0])) is { } unknown)
            return Problems.Refuse("user-tag", $"'{string.Join(':', unknown)}' is no tag. Write name:value; the names are {string.Join(", ", Tags)}.");
        if (await database.FindVersionAsync(store, name, version, cancellationToken) is not { } row)
            return Problems.NotFound($"The dataset '{name}' has no version {version}.");
        using var folder = new WorkFolder();
        var path = Path.Combine(folder.Path, "users.parquet");
        if (!await storage.GetVersionFileAsync(store, row.ContentSha256, tags.Count == 0 ? DatasetFiles.Events : DatasetFiles.UserTags, path, cancellationToken))
            return Retention.Gone(name, version, row.RemovedAt);
        return TypedResults.Ok(await Task.Run(() => Read(path, tags), cancellationToken));
    }

    private static List<string> Read(string path, List<string[]> tags)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var has = tags.Select(tag => $"{tag[0]}::VARCHAR = {Sql.Literal(tag[1])}").Prepend(tags.Count > 0 ? "valid_until IS NULL" : "true"); // a tag's row without an end is the present
        return duck.Rows($"SELECT DISTINCT user_id::VARCHAR FROM read_parquet({Sql.Literal(path)}) WHERE {string.Join(" AND ", has)} ORDER BY 1", row => row.GetString(0));
    }
}
