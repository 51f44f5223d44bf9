namespace ModelOps.Features.Text.Linear;

/// <summary>A text as the columns and values of its known terms, columns ascending within words and within characters. Written again and again.</summary>
public sealed class TermVector
{
    private int[] columns = new int[256];
    private float[] values = new float[256];

    internal List<ulong> Words { get; } = [];

    internal List<ulong> Characters { get; } = [];

    internal List<int> Found { get; } = [];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Columns => columns.AsSpan(0, Count);

    public Span<float> Values => values.AsSpan(0, Count);

    /// <summary>The share of the text's terms that are known, 0 to 1.</summary>
    public float Known { get; internal set; }

    internal void Clear()
    {
        Words.Clear();
        Characters.Clear();
        (Count, Known) = (0, 0);
    }

    internal void Add(int column, float value)
    {
        if (Count == columns.Length)
        {
            Array.Resize(ref columns, 2 * Count);
            Array.Resize(ref values, 2 * Count);
        }
        (columns[Count], values[Count++]) = (column, value);
    }
}
