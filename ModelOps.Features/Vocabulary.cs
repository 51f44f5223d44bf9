namespace ModelOps.Features;

/// <summary>Item ids and their indices 1..N, which are the model's columns. Index 0 is the padding.</summary>
public sealed class Vocabulary
{
    private readonly string[] ids;
    private readonly Dictionary<string, int> indices;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup;

    /// <param name="ids">In index order: the first has index 1.</param>
    /// <exception cref="InvalidDataException">An id occurs twice.</exception>
    public Vocabulary(IEnumerable<string> ids)
    {
        this.ids = [.. ids];
        indices = new Dictionary<string, int>(this.ids.Length, StringComparer.Ordinal);
        for (var i = 0; i < this.ids.Length; i++)
        {
            if (!indices.TryAdd(this.ids[i], i + 1))
                throw new InvalidDataException($"The item id '{this.ids[i]}' occurs twice in the vocabulary.");
        }
        lookup = indices.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Number of items, without the padding.</summary>
    public int Count => ids.Length;

    /// <summary>The id at <paramref name="index"/>, 1..<see cref="Count"/>.</summary>
    public string this[int index] => ids[index - 1];

    public IReadOnlyList<string> Ids => ids;

    /// <summary>The index of <paramref name="id"/>, or 0 when the model does not know the item.</summary>
    public int IndexOf(ReadOnlySpan<char> id) => lookup.TryGetValue(id, out var index) ? index : 0;
}
