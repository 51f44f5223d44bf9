namespace ModelOps.Features.Text.Linear;

/// <summary>Vectors of many texts in three arrays (compressed sparse rows).</summary>
/// <param name="starts">(rows + 1).</param>
public sealed class SparseRows(int width, int[] starts, int[] columns, float[] values)
{
    public int Count => starts.Length - 1;

    /// <summary>Columns, whether used or not.</summary>
    public int Width => width;

    public long Cells => starts[^1];

    public ReadOnlySpan<int> Columns(int row) => columns.AsSpan(starts[row], starts[row + 1] - starts[row]);

    public ReadOnlySpan<float> Values(int row) => values.AsSpan(starts[row], starts[row + 1] - starts[row]);

    public static SparseRows Of(TextVectorizer vectorizer, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(vectorizer);
        ArgumentNullException.ThrowIfNull(texts);
        var starts = new int[texts.Count + 1];
        var (columns, values) = (new List<int>(), new List<float>());
        var vector = new TermVector();
        for (var row = 0; row < texts.Count; row++)
        {
            vectorizer.Vectorize(texts[row], vector);
            columns.AddRange(vector.Columns);
            values.AddRange(vector.Values);
            starts[row + 1] = columns.Count;
        }
        return new SparseRows(vectorizer.Count, starts, [.. columns], [.. values]);
    }

    public SparseRows Pick(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var picked = new int[rows.Count + 1];
        for (var row = 0; row < rows.Count; row++)
            picked[row + 1] = picked[row] + Columns(rows[row]).Length;
        var (pickedColumns, pickedValues) = (new int[picked[^1]], new float[picked[^1]]);
        for (var row = 0; row < rows.Count; row++)
        {
            Columns(rows[row]).CopyTo(pickedColumns.AsSpan(picked[row]));
            Values(rows[row]).CopyTo(pickedValues.AsSpan(picked[row]));
        }
        return new SparseRows(width, picked, pickedColumns, pickedValues);
    }
}
