namespace ModelOps.Features;

/// <summary>An item's index and its score.</summary>
public readonly record struct RankedItem(int Index, float Score);

/// <summary>The best k of a row of scores. Equal scores rank by index, NaN ranks nowhere, so a ranking is the same on every machine.</summary>
public static class Ranker
{
    /// <summary>Fills <paramref name="top"/> with the best allowed items, best first, and returns how many there are.</summary>
    /// <param name="scores">By index; column 0, the padding, is never ranked.</param>
    /// <param name="excluded">By index: true keeps an item out. Empty excludes none.</param>
    public static int Top(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded, Span<RankedItem> top)
    {
        if (!excluded.IsEmpty && excluded.Length != scores.Length)
            throw new ArgumentException($"{excluded.Length} exclusions for {scores.Length} scores.", nameof(excluded));
        var count = 0;
        if (top.IsEmpty)
            return 0;
        // Most scores stay below the worst of the best: one comparison each, which also drops NaN.
        var threshold = float.NegativeInfinity;
        for (var index = 1; index < scores.Length; index++)
        {
            var score = scores[index];
            if (!(score > threshold) || (!excluded.IsEmpty && excluded[index]))
                continue;
            count = Insert(top, count, new RankedItem(index, score));
            if (count == top.Length)
                threshold = top[^1].Score;
        }
        return count;
    }

    /// <summary>Insertion from below keeps the order; k is small, and insertions become rare as the threshold rises.</summary>
    private static int Insert(Span<RankedItem> top, int count, RankedItem item)
    {
        var place = Math.Min(count, top.Length - 1);
        for (; place > 0 && top[place - 1].Score < item.Score; place--)
            top[place] = top[place - 1];
        top[place] = item;
        return Math.Min(count + 1, top.Length);
    }
}
