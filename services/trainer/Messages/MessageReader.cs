using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Features.Assist;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Messages;

/// <summary>Reads messages and FAQ of a dataset version.</summary>
public sealed class MessageReader(string folder)
{
    /// <exception cref="TrainingException">The version has no messages.</exception>
    public async Task<IReadOnlyList<(string Text, string? Intent)>> ReadMessagesAsync() => File.Exists(Path.Combine(folder, DatasetFiles.Messages))
        ? await ReadAsync(DatasetFiles.Messages, "text, intent", row => (row.GetString(0), Text(row, 1)))
        : throw new TrainingException("The dataset has no messages. Upload what customers wrote as 'messages', with the columns 'text' and 'intent'.");

    /// <returns>Nothing where no FAQ was uploaded.</returns>
    public async Task<IReadOnlyList<FaqEntry>> ReadFaqAsync() => File.Exists(Path.Combine(folder, DatasetFiles.Faq))
        ? await ReadAsync(DatasetFiles.Faq, "question, answer, category, language, link", row => new FaqEntry(row.GetString(0), row.GetString(1), Text(row, 2), Text(row, 3), Text(row, 4)))
        : [];

    private async Task<List<T>> ReadAsync<T>(string file, string columns, Func<DuckDBDataReader, T> read)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        var path = Path.Combine(folder, file).Replace("'", "''", StringComparison.Ordinal);
#pragma warning disable CA2100 // The statement is this file's own; the folder is the run's.
        command.CommandText = $"SELECT {columns} FROM '{path}'";
#pragma warning restore CA2100
        await using var rows = (DuckDBDataReader)await command.ExecuteReaderAsync();
        var all = new List<T>();
        while (await rows.ReadAsync())
            all.Add(read(rows));
        return all;
    }

    private static string? Text(DuckDBDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
