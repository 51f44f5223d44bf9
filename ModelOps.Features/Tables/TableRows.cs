namespace ModelOps.Features.Tables;

/// <summary>Encoded rows.</summary>
/// <param name="schema">What the columns are.</param>
/// <param name="values">(rows, columns), row by row.</param>
public sealed class TableRows(TableSchema schema, float[] values)
{
    private float[]? design;

    public TableSchema Schema => schema;

    /// <summary>(rows, columns), row by row.</summary>
    public float[] Values => values;

    public int Columns => Schema.Columns.Count;
    public int Count => Values.Length / Columns;
    public int Width => Schema.Design.Count;

    /// <summary>The rows expanded: (rows, width).</summary>
    public float[] Design => design ??= Expand();

    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>These rows, in this order.</summary>
    public TableRows Take(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var taken = new float[rows.Count * Columns];
        for (var i = 0; i < rows.Count; i++)
            Row(rows[i]).CopyTo(taken.AsSpan(i * Columns));
        return new TableRows(Schema, taken);
    }

    /// <summary>These columns, in this order.</summary>
    public TableRows Narrowed(IReadOnlyList<int> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var narrowed = new float[Count * columns.Count];
        for (var row = 0; row < Count; row++)
        {
            for (var i = 0; i < columns.Count; i++)
                narrowed[row * columns.Count + i] = values[row * Columns + columns[i]];
        }
        return new TableRows(schema.Narrowed(columns), narrowed);
    }

    private float[] Expand()
    {
        var expanded = new float[Count * Width];
        for (var row = 0; row < Count; row++)
            Schema.Expand(Row(row), expanded.AsSpan(row * Width, Width));
        return expanded;
    }
}
