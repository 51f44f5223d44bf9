using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.Features.Tables;

/// <summary>
/// How rows of a table become numbers; learned in training, kept in the package and used in serving. A row is first <em>encoded</em>, one
/// float a column, as trees take it; linear models and networks take it <em>expanded</em> to their design columns.
/// </summary>
public sealed record TableSchema(IReadOnlyList<TableColumn> Columns)
{
    public const string FileName = "table.json";

    private DesignColumn[]? design;

    [JsonIgnore]
    /// <summary>The design columns: a number, an indicator where numbers may be missing, and one for each category.</summary>
    public IReadOnlyList<DesignColumn> Design => design ??= [.. Columns.Index().SelectMany(pair => DesignColumn.Of(pair.Item, pair.Index))];

    [JsonIgnore]
    /// <summary>Columns whose values are categories.</summary>
    public IReadOnlyList<int> Categorical => [.. Columns.Index().Where(pair => pair.Item.Kind == ColumnKind.Category).Select(pair => pair.Index)];

    /// <param name="value">What a row says about a column's name; null is missing.</param>
    /// <param name="row">A float for each column.</param>
    public void Encode(Func<string, string?> value, Span<float> row)
    {
        ArgumentNullException.ThrowIfNull(value);
        for (var column = 0; column < Columns.Count; column++)
            row[column] = Columns[column].Encode(value(Columns[column].Name));
    }

    /// <param name="row">Encoded.</param>
    /// <param name="expanded">A float for each of <see cref="Design"/>.</param>
    public void Expand(ReadOnlySpan<float> row, Span<float> expanded)
    {
        for (var i = 0; i < Design.Count; i++)
            expanded[i] = Design[i].Of(row);
    }

    /// <summary>These columns, in this order.</summary>
    public TableSchema Narrowed(IReadOnlyList<int> columns) => new([.. columns.Select(column => Columns[column])]);

    public async Task WriteAsync(string path)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, PackageJson.Indented);
    }

    /// <exception cref="InvalidDataException">The file does not hold a schema.</exception>
    public static async Task<TableSchema> ReadAsync(string path)
    {
        await using var file = File.OpenRead(path);
        var schema = await JsonSerializer.DeserializeAsync<TableSchema>(file, PackageJson.Indented);
        return schema is { Columns.Count: > 0 } ? schema : throw new InvalidDataException($"{path} names no columns. Train the model again.");
    }
}
