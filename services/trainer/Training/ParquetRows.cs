using DuckDB.NET.Data;

namespace ModelOps.Trainer.Training;

/// <summary>Rows of a dataset version's files, by SQL.</summary>
internal static class ParquetRows
{
    /// <summary>A file as a table of a statement.</summary>
    public static string Table(string folder, string file) => $"read_parquet('{Path.Combine(folder, file).Replace("'", "''", StringComparison.Ordinal)}')";

    /// <param name="sql">With names and paths that are quoted.</param>
    public static async Task<List<T>> ReadAsync<T>(string sql, Func<DuckDBDataReader, T> read)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only quoted names and paths are put in.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read((DuckDBDataReader)reader));
        return rows;
    }

    public static string? Text(DuckDBDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
