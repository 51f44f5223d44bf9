using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Trainer.Training;

namespace ModelOps.Bench.Recommend;

/// <summary>Public data as a dataset version's files, and the protocol its published results follow.</summary>
public sealed record Benchmark(string Name, bool HasClock, string EventsSql, string ProductsSql, IReadOnlyDictionary<string, string> Settings)
{
    private const string NoProducts = "SELECT ''::VARCHAR AS item_id, ''::VARCHAR AS title, ''::VARCHAR AS brand, ''::VARCHAR AS category, 0::DOUBLE AS price, true AS available WHERE false";

    /// <summary>Amazon reviews: the last item of each user, all items ranked, what was seen excluded.</summary>
    public static Benchmark Reviews(string name) => new(
        name,
        HasClock: false,
        $"""
        SELECT USER_ID::VARCHAR AS user_id, ITEM_ID::VARCHAR AS item_id, 'purchase' AS event, to_timestamp(TIMESTAMP)::TIMESTAMP AS time,
               1 AS quantity, NULL::DOUBLE AS price, NULL::VARCHAR AS session_id
        FROM read_csv('{Data(name)}/interactions.csv') ORDER BY user_id, time
        """,
        $"SELECT id::VARCHAR AS item_id, title, brand, categories AS category, NULL::DOUBLE AS price, true AS available FROM read_csv('{Data(name)}/items.csv') ORDER BY item_id",
        new Dictionary<string, string> { ["profile"] = "best", ["protocol"] = "leave-one-out", ["excludeSeen"] = "true" });

    /// <summary>UCI Online Retail: what known customers buy in September 2011, nothing excluded.</summary>
    public static Benchmark Retail() => new(
        "retail",
        HasClock: true,
        $"""
        WITH lines AS (
            SELECT CustomerID::BIGINT::VARCHAR AS user_id, StockCode AS item_id, InvoiceDate AS time, Quantity AS quantity, UnitPrice AS price, InvoiceNo AS session_id, row_number() OVER () AS line
            FROM read_csv('{Data("retail")}/*.csv', types = {"{'InvoiceNo': 'VARCHAR', 'StockCode': 'VARCHAR', 'CustomerID': 'DOUBLE', 'InvoiceDate': 'TIMESTAMP'}"})
            WHERE CustomerID IS NOT NULL AND Quantity > 0 AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'C%' AND regexp_matches(StockCode, '^[0-9]'))
        SELECT user_id, item_id, 'purchase' AS event, time, quantity, price, session_id FROM lines
        QUALIFY row_number() OVER (PARTITION BY user_id, item_id, time, quantity, price, session_id ORDER BY line) = 1
        ORDER BY user_id, time, line
        """,
        NoProducts,
        new Dictionary<string, string> { ["profile"] = "fast", ["protocol"] = "next-period", ["testFrom"] = "2011-09-01", ["periodDays"] = "30", ["excludeSeen"] = "false" });

    /// <summary>Sessions of clicks without accounts: each prefix of a test session is asked for the next item, the prefix's items stay candidates.</summary>
    public static Benchmark Diginetica() => new(
        "diginetica",
        HasClock: true,
        $"""
        WITH sessions AS (
            SELECT 'train-' || row_number() OVER () AS user_id, string_split(line, ' ') AS items, TIMESTAMP '2016-01-01' + to_seconds(row_number() OVER ()) AS time
            FROM read_csv('{Data("diginetica")}/train_sessions.txt', columns = {"{'line': 'VARCHAR'}"}, header = false, delim = '\t')
            UNION ALL
            SELECT 'test-' || row_number() OVER (), list_append(string_split(prefix, ' '), target), TIMESTAMP '2017-01-01' + to_seconds(row_number() OVER ())
            FROM read_csv('{Data("diginetica")}/test.tsv', columns = {"{'prefix': 'VARCHAR', 'target': 'VARCHAR'}"}, header = false, delim = '\t'))
        SELECT user_id, items[place] AS item_id, 'view_item' AS event, time, 1 AS quantity, NULL::DOUBLE AS price, user_id AS session_id
        FROM (SELECT user_id, items, time, unnest(range(1, len(items) + 1)) AS place FROM sessions) ORDER BY user_id, place
        """,
        NoProducts,
        new Dictionary<string, string> { ["profile"] = "best", ["protocol"] = "new-sessions", ["testFrom"] = "2017-01-01", ["excludeSeen"] = "false", ["refit"] = "none" });

    /// <summary>Writes the run's folder; data files that are there already stay.</summary>
    public async Task PrepareAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        Directory.CreateDirectory(folder);
        await WriteAsync(EventsSql, Path.Combine(folder, DatasetFiles.Events));
        await WriteAsync(ProductsSql, Path.Combine(folder, DatasetFiles.Products));
        var parameters = Settings.Concat(settings).GroupBy(setting => setting.Key)
            .ToDictionary(setting => setting.Key, setting => JsonSerializer.SerializeToElement(setting.Last().Value));
        var profile = new DatasetProfile(0, 0, 0, 0, null, null, new Dictionary<string, long>(), HasClock);
        var version = new DatasetVersion(Name, 1, new DatasetRows(0, 0, 0), "", DateTimeOffset.UtcNow, 0, profile);
        await new TrainingTask(Guid.Empty, Name, version, parameters).WriteAsync(folder);
    }

    private static async Task WriteAsync(string sql, string path)
    {
        if (File.Exists(path))
            return;
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = $"COPY ({sql}) TO '{path}.part' (FORMAT parquet)";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        File.Move(path + ".part", path);
    }

    private static string Data(string name)
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", name);
            if (Directory.Exists(candidate))
                return candidate;
        }
        throw new DirectoryNotFoundException($"No shared/data/{name} beside this folder or above it. Start the benchmark in the project's folder.");
    }
}
