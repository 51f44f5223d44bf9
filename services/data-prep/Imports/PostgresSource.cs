using System.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;
using ModelOps.DataPrep.Sources.Csv;
using Npgsql;

namespace ModelOps.DataPrep.Imports;

/// <summary>
/// Writes the rows of a query against the shop's own database to a CSV file, streaming. The query runs as a subquery with a
/// parameter, so it is one SELECT whatever it says, and in a read-only transaction. Values come as PostgreSQL writes them: times
/// in ISO 8601 and UTC, numbers with a point.
/// </summary>
internal static class PostgresSource
{
    private const int Timeout = 3600; // s

    /// <param name="mark">Rows up to this value of the increment column were imported before.</param>
    /// <returns>The file and the highest value of the increment column; null when there is no row.</returns>
    /// <exception cref="UploadException">The database cannot be asked, or refuses the query.</exception>
    public static async Task<(UploadedFile File, string? Mark)?> FetchAsync(SourceKind kind, PostgresQuery query, string connection, string? mark, string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.source");
        try
        {
            await using var source = Open(query.Connection, connection);
            await using var database = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using (var readOnly = new NpgsqlCommand("SET TRANSACTION READ ONLY", database, transaction))
                await readOnly.ExecuteNonQueryAsync(cancellationToken);
            var (rows, highest) = await WriteAsync(database, transaction, query, mark, path, cancellationToken);
            return rows == 0 ? null : (await UploadedFile.OfAsync(kind, $"postgres:{query.Connection}", path, cancellationToken), highest ?? mark);
        }
        catch (PostgresException exception) when (!exception.IsTransient)
        {
            throw new UploadException($"postgres:{query.Connection}: the database refuses the query: {exception.MessageText} ({exception.SqlState}). A source is one SELECT; give its columns names.");
        }
    }

    private static async Task<(long Rows, string? Mark)> WriteAsync(NpgsqlConnection database, NpgsqlTransaction transaction, PostgresQuery query, string? mark, string path, CancellationToken cancellationToken)
    {
        var increment = query.Increment is { } named ? Sql.Name(named) : null;
        var where = increment is null ? "$1 IS NULL" : $"$1 IS NULL OR export.{increment} > CAST($1 AS {await TypeOfAsync(database, transaction, query, increment, cancellationToken)})";
        await using var command = new NpgsqlCommand($"SELECT export.* FROM (\n{query.Query}\n) AS export WHERE {where}{(increment is null ? "" : $" ORDER BY export.{increment}")}", database, transaction) { CommandTimeout = Timeout, AllResultTypesAreUnknown = true };
        command.Parameters.Add(new() { Value = increment is null || mark is null ? DBNull.Value : mark, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        using var writer = new CsvWriter(path);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        columns.ForEach(name => writer.Text(name));
        writer.EndRow();
        var marked = query.Increment is null ? -1 : columns.IndexOf(query.Increment);
        var (rows, highest, progress) = (0L, (string?)null, WorkProgress.Current);
        while (await reader.ReadAsync(cancellationToken))
        {
            for (var column = 0; column < columns.Count; column++)
            {
                var text = reader.IsDBNull(column) ? "" : reader.GetString(column);
                writer.Text(text);
                if (column == marked && text.Length > 0)
                    highest = text; // rows come in the column's order, those without a value last
            }
            writer.EndRow();
            rows++;
            progress.AddRows(1);
        }
        return (rows, highest);
    }

    private static async Task<string> TypeOfAsync(NpgsqlConnection database, NpgsqlTransaction transaction, PostgresQuery query, string increment, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT CAST(pg_typeof((SELECT export.{increment} FROM (\n{query.Query}\n) AS export WHERE $1 LIMIT 1)) AS text)", database, transaction) { CommandTimeout = Timeout };
        command.Parameters.Add(new() { Value = false });
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlDataSource Open(string name, string connection)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = 1, ApplicationName = "ModelOps import", Options = "-c DateStyle=ISO -c TimeZone=UTC -c IntervalStyle=iso_8601" };
            return NpgsqlDataSource.Create(settings);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new UploadException($"The connection '{name}' is no PostgreSQL connection string."); // without repeating it: it holds a password
        }
    }
}
