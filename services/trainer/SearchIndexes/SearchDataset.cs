using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Search;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Trainer.Training;
using static ModelOps.Trainer.Training.ParquetRows;

namespace ModelOps.Trainer.SearchIndexes;

/// <summary>Reads what search learns from of a dataset version's files.</summary>
internal sealed class SearchDataset(string folder)
{
    private const int LongestAttribute = 200;
    private const double RecentDays = 30;
    private const int MostQueries = 20_000;

    /// <summary>A query that helps fewer of those who ask it is not offered to others.</summary>
    private const double LeastSuccess = .2;

    public async Task<List<SearchProduct>> ReadProductsAsync()
    {
        var popularity = await ReadPopularityAsync();
        var products = await ReadAsync($"SELECT item_id, title, brand, category, description, attributes::VARCHAR, price::DOUBLE, available FROM {Table(folder, DatasetFiles.Products)} WHERE coalesce(title, '') <> '' ORDER BY item_id", row => new SearchProduct(
            row.GetString(0), row.GetString(1), Text(row, 2), Text(row, 3), Text(row, 4), AttributesOf(Text(row, 5)), row.IsDBNull(6) ? null : row.GetDouble(6), row.IsDBNull(7) || row.GetBoolean(7), popularity.GetValueOrDefault(row.GetString(0))));
        return products.Count > 0
            ? products
            : throw new TrainingException("The dataset has no products with a title: there is nothing to search. Upload a catalogue with the columns id and title.");
    }

    /// <summary>None where no judgements were uploaded.</summary>
    public async Task<List<JudgedQuery>> ReadJudgementsAsync()
    {
        if (!File.Exists(Path.Combine(folder, DatasetFiles.Judgements)))
            return [];
        var rows = await ReadAsync($"SELECT query, item_id, max(grade)::DOUBLE FROM {Table(folder, DatasetFiles.Judgements)} WHERE grade >= 0 GROUP BY query, item_id ORDER BY query, item_id", row => (Query: row.GetString(0), Id: row.GetString(1), Grade: row.GetDouble(2)));
        return [.. rows.GroupBy(row => row.Query).Select(group => new JudgedQuery(group.Key, group.ToDictionary(row => row.Id, row => row.Grade))).Where(query => query.CanRank)];
    }

    /// <summary>None where the event log has no searches.</summary>
    public Task<List<PlaceClicks>> ReadClicksAsync() => ReadIfThereAsync(DatasetFiles.Searches, table => $"SELECT query, item_id, place, shown, clicked, bought FROM {table} ORDER BY query, item_id, place",
        row => new PlaceClicks(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)));

    /// <summary>What shoppers asked and then clicked something for, the most asked first.</summary>
    public Task<List<AskedQuery>> ReadSuccessfulQueriesAsync() => ReadIfThereAsync(DatasetFiles.Queries, table => $"""
        SELECT query, asked::DOUBLE FROM {table} WHERE found > 0 AND clicked >= {LeastSuccess.ToString(CultureInfo.InvariantCulture)} * asked AND clicked > 0 ORDER BY asked DESC, query LIMIT {MostQueries}
        """, row => new AskedQuery(row.GetString(0), row.GetDouble(1)));

    public Task<List<Rewording>> ReadRewordingsAsync() => ReadIfThereAsync(DatasetFiles.Reformulations, table => $"SELECT query, later, shoppers, times FROM {table} ORDER BY shoppers DESC, query, later",
        row => new Rewording(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)));

    /// <param name="sql">Of the file as a table.</param>
    private async Task<List<T>> ReadIfThereAsync<T>(string file, Func<string, string> sql, Func<DuckDBDataReader, T> read) =>
        File.Exists(Path.Combine(folder, file)) ? await ReadAsync(sql(Table(folder, file)), read) : [];

    /// <summary>Of what happened in the last thirty days, a purchase counting ten times a view: over the most popular product's.</summary>
    private async Task<Dictionary<string, double>> ReadPopularityAsync()
    {
        if (!File.Exists(Path.Combine(folder, DatasetFiles.Events)))
            return [];
        var counts = await ReadAsync($"""
            SELECT item_id, sum(CASE WHEN event = '{EventNames.Purchase}' THEN 10 ELSE 1 END)::DOUBLE FROM {Table(folder, DatasetFiles.Events)}
            WHERE item_id IS NOT NULL AND event IN ({string.Join(", ", EventNames.Wanted.Select(name => $"'{name}'"))}) AND time >= (SELECT max(time) FROM {Table(folder, DatasetFiles.Events)}) - INTERVAL {RecentDays} DAY GROUP BY item_id
            """, row => (Id: row.GetString(0), Count: row.GetDouble(1)));
        var most = counts.Select(row => row.Count).DefaultIfEmpty(1).Max();
        return counts.ToDictionary(row => row.Id, row => Math.Round(row.Count / most, 6));
    }

    private static Dictionary<string, string>? AttributesOf(string? json)
    {
        if (json is null)
            return null;
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return null;
        var attributes = document.RootElement.EnumerateObject().Select(property => (property.Name, Value: property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText()))
            .Where(pair => pair.Value.Length is > 0 and <= LongestAttribute && pair.Value != "null").DistinctBy(pair => pair.Name).ToDictionary(pair => pair.Name, pair => pair.Value);
        return attributes.Count > 0 ? attributes : null;
    }
}
