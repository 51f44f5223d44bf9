namespace ModelOps.Features.Tables;

/// <summary>Rows as a file gives them.</summary>
/// <param name="Values">(rows)(columns); null or white space is missing.</param>
public sealed record TextTable(IReadOnlyList<string> Names, IReadOnlyList<string?[]> Values)
{
    public string?[] Column(string name)
    {
        var column = Place(name);
        return [.. Values.Select(row => row[column])];
    }

    /// <param name="rows">The rows of training; others must not be looked at.</param>
    /// <param name="kinds">Where it is known better than by looking at the values.</param>
    public TableSchema Learn(IReadOnlyList<string> names, IReadOnlyList<int> rows, IReadOnlyDictionary<string, ColumnKind>? kinds = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new TableSchema([.. names.Select(name =>
        {
            var column = Place(name);
            return TableColumn.Learn(name, [.. rows.Select(row => Values[row][column])], kinds is not null && kinds.TryGetValue(name, out var kind) ? kind : null);
        })]);
    }

    public TableRows Encode(TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var places = schema.Columns.Select(column => Place(column.Name)).ToArray();
        var values = new float[Values.Count * places.Length];
        for (var row = 0; row < Values.Count; row++)
        {
            for (var column = 0; column < places.Length; column++)
                values[row * places.Length + column] = schema.Columns[column].Encode(Values[row][places[column]]);
        }
        return new TableRows(schema, values);
    }

    private int Place(string name)
    {
        for (var column = 0; column < Names.Count; column++)
        {
            if (Names[column] == name)
                return column;
        }
        throw new ArgumentException($"The table has no column '{name}'. It has: {string.Join(", ", Names)}.", nameof(name));
    }
}
