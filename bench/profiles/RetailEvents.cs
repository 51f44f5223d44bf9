using System.Globalization;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;

namespace ModelOps.Bench.Profiles;

/// <summary>UCI Online Retail beside the project, as the files of a dataset version: the rows that bench/recommend takes.</summary>
internal static class RetailEvents
{
    /// <param name="source">Of the CSV files; null looks for <c>../shared/data/retail</c>.</param>
    /// <returns>A new folder with the files.</returns>
    public static async Task<string> WriteAsync(string? source)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-bench-profiles-").FullName;
        await CopyAsync($"""
            WITH lines AS (
                SELECT CustomerID::BIGINT::VARCHAR AS user_id, StockCode AS item_id, InvoiceDate AS time, Quantity AS quantity, UnitPrice AS price, InvoiceNo AS session_id, row_number() OVER () AS line
                FROM read_csv('{source ?? Find()}/*.csv', types = {"{'InvoiceNo': 'VARCHAR', 'StockCode': 'VARCHAR', 'CustomerID': 'DOUBLE', 'InvoiceDate': 'TIMESTAMP'}"})
                WHERE CustomerID IS NOT NULL AND Quantity > 0 AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'C%' AND regexp_matches(StockCode, '^[0-9]'))
            SELECT user_id, item_id, 'purchase' AS event, time, quantity, price, session_id FROM lines
            QUALIFY row_number() OVER (PARTITION BY user_id, item_id, time, quantity, price, session_id ORDER BY line) = 1
            ORDER BY user_id, time, line
            """, Path.Combine(folder, DatasetFiles.Events));
        await CopyAsync(
            "SELECT '' AS item_id, NULL::VARCHAR AS title, NULL::VARCHAR AS brand, NULL::VARCHAR AS category, NULL::DOUBLE AS price, true AS available WHERE false",
            Path.Combine(folder, DatasetFiles.Products));
        return folder;
    }

    private static async Task CopyAsync(string sql, string path)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"COPY ({sql}) TO '{path}' (FORMAT parquet)");
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "retail");
            if (Directory.Exists(candidate))
                return candidate;
        }
        throw new DirectoryNotFoundException("retail is not in ../shared/data. Put it there, or name the folder of its CSV files: retail=<folder>.");
    }
}
