using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Features.Assist;
using ModelOps.Trainer.Training;
using static ModelOps.Trainer.Training.ParquetRows;

namespace ModelOps.Trainer.Messages;

/// <summary>Reads messages and FAQ of a dataset version.</summary>
public sealed class MessageReader(string folder)
{
    /// <exception cref="TrainingException">The version has no messages.</exception>
    public async Task<IReadOnlyList<(string Text, string? Intent)>> ReadMessagesAsync() => File.Exists(Path.Combine(folder, DatasetFiles.Messages))
        ? await ReadAsync($"SELECT text, intent FROM {Table(folder, DatasetFiles.Messages)}", row => (row.GetString(0), Text(row, 1)))
        : throw new TrainingException("The dataset has no messages. Upload what customers wrote as 'messages', with the columns 'text' and 'intent'.");

    /// <returns>Nothing where no FAQ was uploaded.</returns>
    public async Task<IReadOnlyList<FaqEntry>> ReadFaqAsync() => File.Exists(Path.Combine(folder, DatasetFiles.Faq))
        ? await ReadAsync($"SELECT question, answer, category, language, link FROM {Table(folder, DatasetFiles.Faq)}", row => new FaqEntry(row.GetString(0), row.GetString(1), Text(row, 2), Text(row, 3), Text(row, 4)))
        : [];
}
