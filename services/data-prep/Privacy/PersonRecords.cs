using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Privacy;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.EventLog;

namespace ModelOps.DataPrep.Privacy;

/// <summary>Gathers what is kept of a person, for the person.</summary>
internal sealed class PersonRecords(DatasetsDb database, DatasetStorage storage, StoreKeys keys, PersonErasure eventLog, ConsentLog consents, TimeProvider time)
{
    private static readonly string[] NotHere =
    [
        "Uploaded files as they came: what is kept of their rows is in the datasets above, what was put aside in their quarantine.",
        "Earlier versions of the datasets, which hold earlier states of the same rows.",
        "Packages of recommenders and profiles, made of these rows: GET /v1/models/recommend/shoppers/{id} and GET /v1/profiles/{id} of inference tell what they say of the person.",
        "Sums of clicks and revenue at the monitor, under a keyed hash of the id.",
    ];

    public async Task<PersonDocument> ReadAsync(StoreId store, string user, CancellationToken cancellationToken)
    {
        var hidden = (await keys.OfAsync(store, cancellationToken)).Data.Protect(user);
        var (events, impressions) = await eventLog.ReadAsync(store, user, cancellationToken);
        var datasets = new List<PersonRows>();
        var versions = await database.Versions.AsNoTracking().Where(row => row.Store == store.Value && row.RemovedAt == null).OrderBy(row => row.Dataset).ThenBy(row => row.Version).ToListAsync(cancellationToken);
        foreach (var latest in versions.GroupBy(row => row.Dataset).Select(group => group.Last()))
            datasets.AddRange(await RowsAsync(store, latest, hidden, cancellationToken));
        return new PersonDocument(user, store.Value, time.GetUtcNow(), await consents.FindAsync(store, user, cancellationToken), events, impressions, datasets, NotHere);
    }

    private async Task<IReadOnlyList<PersonRows>> RowsAsync(StoreId store, VersionRow version, string hidden, CancellationToken cancellationToken)
    {
        using var folder = new WorkFolder();
        await using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var found = new List<PersonRows>();
        foreach (var file in version.Lineage?.Files.Keys ?? [DatasetFiles.Events])
        {
            var path = Path.Combine(folder.Path, file);
            if (!await storage.GetVersionFileAsync(store, version.ContentSha256, file, path, cancellationToken))
                continue;
            var table = $"read_parquet({Sql.Literal(path)})";
            var columns = duck.Rows($"SELECT column_name FROM (DESCRIBE SELECT * FROM {table})", row => row.GetString(0));
            var theirs = columns.Contains("user_id") ? $"user_id = {Sql.Literal(hidden)}"
                : file == DatasetFiles.Quarantine ? $"contains(raw, {Sql.Literal($"\"user_id\":\"{hidden}\"")})" : null;
            if (theirs is null)
                continue;
            var rows = duck.Rows($"SELECT CAST(to_json(theirs) AS VARCHAR) FROM {table} AS theirs WHERE {theirs}", row => JsonElement.Parse(row.GetString(0)));
            if (rows.Count > 0)
                found.Add(new PersonRows(version.Dataset, version.Version, file, rows));
        }
        return found;
    }
}
