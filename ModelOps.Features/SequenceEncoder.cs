namespace ModelOps.Features;

/// <summary>
/// A shopper's history as the model's input row: known items, an item repeated at once counted once, the last
/// <c>length</c> of them, oldest to newest, padded with 0 on the left.
/// </summary>
public sealed class SequenceEncoder(Vocabulary vocabulary, int length)
{
    public int Length { get; } = length > 0 ? length : throw new ArgumentOutOfRangeException(nameof(length), length, "A history has at least one column.");

    /// <summary>Encodes ids, oldest first. Unknown ids are skipped. Returns how many columns are filled.</summary>
    public int Encode(ReadOnlySpan<string> history, Span<long> row)
    {
        var column = RowStart(row);
        for (var i = history.Length - 1; i >= 0 && column > 0; i--)
            column = Prepend(vocabulary.IndexOf(history[i]), row, column);
        return Length - column;
    }

    /// <summary>Encodes indices, oldest first; 0 stands for an unknown item and is skipped. Returns how many columns are filled.</summary>
    public int Encode(ReadOnlySpan<int> history, Span<long> row)
    {
        var column = RowStart(row);
        for (var i = history.Length - 1; i >= 0 && column > 0; i--)
            column = Prepend(history[i], row, column);
        return Length - column;
    }

    private int RowStart(Span<long> row)
    {
        if (row.Length != Length)
            throw new ArgumentException($"The row has {row.Length} columns instead of {Length}.", nameof(row));
        row.Clear();
        return Length;
    }

    private int Prepend(int index, Span<long> row, int column)
    {
        if (index == 0 || (column < Length && row[column] == index))
            return column;
        row[column - 1] = index;
        return column - 1;
    }
}
