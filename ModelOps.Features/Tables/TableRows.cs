namespace ModelOps.Features.Tables;

/// <summary>Encoded rows.</summary>
/// <param name="Values">(rows, columns), row by row.</param>
public sealed record TableRows(TableSchema Schema, float[] Values)
{
    private float[]? design;

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
        var values = new float[rows.Count * Columns];
        for (var i = 0; i < rows.Count; i++)
            Row(rows[i]).CopyTo(values.AsSpan(i * Columns));
        return new TableRows(Schema, values);
    }

    private float[] Expand()
    {
        var expanded = new float[Count * Width];
        for (var row = 0; row < Count; row++)
            Schema.Expand(Row(row), expanded.AsSpan(row * Width, Width));
        return expanded;
    }
}
