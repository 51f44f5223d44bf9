using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Features.Text;
using static ModelOps.Trainer.Training.ParquetRows;

namespace ModelOps.Trainer.Texts;

/// <param name="Title">Of the product, or its id where it has none.</param>
/// <param name="Grade">Over the dataset's highest: 1 is what was asked for.</param>
internal sealed record JudgedText(string Query, string Item, string Title, double Grade);

internal sealed record ShopText(string Title, string? Description);

/// <summary>Reads the texts of a dataset version: its catalogue, judgements and messages, as far as it has them.</summary>
internal sealed class TextDataset(string folder)
{
    /// <summary>Title, brand and category as one line, and the description.</summary>
    public Task<List<ShopText>> ReadProductsAsync() => ReadAsync(
        DatasetFiles.Products, "SELECT concat_ws(' ', title, CASE WHEN contains(lower(title), lower(brand)) THEN NULL ELSE brand END, replace(category, '|', ' ')), description FROM {0} WHERE title IS NOT NULL ORDER BY item_id",
        row => new ShopText(row.GetString(0), Text(row, 1)));

    public async Task<List<JudgedText>> ReadJudgementsAsync()
    {
        var titles = (await ReadAsync(DatasetFiles.Products, "SELECT item_id, concat_ws(' ', title, CASE WHEN contains(lower(title), lower(brand)) THEN NULL ELSE brand END) FROM {0} WHERE title IS NOT NULL", row => (Id: row.GetString(0), Title: row.GetString(1)))).ToDictionary(row => row.Id, row => row.Title);
        var rows = await ReadAsync(DatasetFiles.Judgements, "SELECT query, item_id, title, grade::DOUBLE FROM {0} WHERE query IS NOT NULL AND item_id IS NOT NULL AND grade IS NOT NULL",
            row => (Query: row.GetString(0), Item: row.GetString(1), Title: Text(row, 2), Grade: row.GetDouble(3)));
        if (rows.Count == 0)
            return [];
        var (least, most) = (Math.Min(0, rows.Min(row => row.Grade)), rows.Max(row => row.Grade));
        if (rows.Min(row => row.Grade) > 0)
            least = rows.Min(row => row.Grade); // a scale that begins at 1
        return [.. rows.Select(row => new JudgedText(row.Query, row.Item, titles.GetValueOrDefault(row.Item) ?? row.Title ?? row.Item, most > least ? (row.Grade - least) / (most - least) : 1))];
    }

    public Task<List<(string Text, string? Intent)>> ReadMessagesAsync() => ReadAsync(DatasetFiles.Messages, "SELECT text, intent FROM {0} WHERE text IS NOT NULL", row => (row.GetString(0), Text(row, 1)));

    /// <summary>Questions with their answers, each as a conversation.</summary>
    public Task<List<string>> ReadFaqAsync() => ReadAsync(DatasetFiles.Faq, "SELECT question, answer FROM {0}", row => ChatText.Turn(ChatText.User, row.GetString(0)) + ChatText.Turn(ChatText.Assistant, row.GetString(1)));

    private async Task<List<T>> ReadAsync<T>(string file, string sql, Func<DuckDBDataReader, T> read) => File.Exists(Path.Combine(folder, file))
        ? await Training.ParquetRows.ReadAsync(sql.Replace("{0}", Table(folder, file), StringComparison.Ordinal), read)
        : [];
}
