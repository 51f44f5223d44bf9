using ModelOps.Features.Text.Linear;

namespace ModelOps.Features.Text.Kernels;

/// <summary>How alike a text is to each of many, over an inverted index. Many threads may ask.</summary>
public sealed class TextSimilarities
{
    private readonly int[] first, rows; // the rows of a column lie together
    private readonly float[] values;

    public TextSimilarities(SparseRows texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Count = texts.Count;
        first = new int[texts.Width + 1];
        for (var row = 0; row < texts.Count; row++)
        {
            foreach (var column in texts.Columns(row))
                first[column + 1]++;
        }
        for (var column = 0; column < texts.Width; column++)
            first[column + 1] += first[column];
        (rows, values) = (new int[texts.Cells], new float[texts.Cells]);
        var next = first.ToArray();
        for (var row = 0; row < texts.Count; row++)
        {
            var columns = texts.Columns(row);
            for (var i = 0; i < columns.Length; i++)
            {
                var at = next[columns[i]]++;
                (rows[at], values[at]) = (row, texts.Values(row)[i]);
            }
        }
    }

    /// <summary>Texts that are compared with.</summary>
    public int Count { get; }

    /// <param name="similarities">(texts), overwritten: the mean of the words' and the characters' cosine, 0 to 1.</param>
    public void Of(ReadOnlySpan<int> columns, ReadOnlySpan<float> of, Span<float> similarities)
    {
        similarities.Clear();
        for (var i = 0; i < columns.Length; i++)
        {
            var value = of[i] / 2;
            for (var at = first[columns[i]]; at < first[columns[i] + 1]; at++)
                similarities[rows[at]] += value * values[at];
        }
    }
}
