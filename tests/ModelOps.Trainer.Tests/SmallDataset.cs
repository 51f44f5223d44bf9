using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;

namespace ModelOps.Trainer.Tests;

/// <summary>The files of a dataset version that trains within seconds: 60 shoppers, each walking through 20 products.</summary>
internal static class SmallDataset
{
    public static DatasetVersion Version { get; } = new(
        "shop", 1, new DatasetRows(720, 720, 0), "", DateTimeOffset.UnixEpoch, 41, new DatasetProfile(60, 20, 720, 19, null, null, new Dictionary<string, long>(), HasClock: false));

    /// <param name="condition">Which of the events: SQL from WHERE on; all by default.</param>
    public static async Task WriteAsync(string folder, string condition = "")
    {
        await CopyAsync($"""
            SELECT * FROM (
            SELECT 'u' || (i // 12) AS user_id, 'p' || ((i // 12 * 7 + i % 12) % 20) AS item_id, CASE WHEN i % 3 = 0 THEN 'purchase' ELSE 'view_item' END AS event,
                   TIMESTAMP '2026-01-01' + to_days((i % 12)::INTEGER) AS time, 1 AS quantity, NULL::DOUBLE AS price, NULL::VARCHAR AS session_id
            FROM range(720) t(i)) {condition} ORDER BY user_id, time
            """, Path.Combine(folder, DatasetFiles.Events));
        await CopyAsync("SELECT 'p' || i AS item_id, 'Product ' || i AS title, 'Acme' AS brand, 'A|B' AS category, i::DOUBLE AS price, i <> 5 AS available, NULL::VARCHAR AS description, NULL::VARCHAR AS attributes FROM range(1, 20) t(i)", Path.Combine(folder, DatasetFiles.Products));
    }

    private static async Task CopyAsync(string sql, string path)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = $"COPY ({sql}) TO '{path}' (FORMAT parquet)";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
