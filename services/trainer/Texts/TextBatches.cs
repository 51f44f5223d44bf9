namespace ModelOps.Trainer.Texts;

/// <summary>Batches of texts of about the same length, so that little is padding, in a random order.</summary>
internal static class TextBatches
{
    /// <summary>Rows that are shuffled together before they are sorted by length.</summary>
    private const int Pool = 50;

    /// <param name="length">Of an item, in tokens.</param>
    /// <param name="budget">Tokens of a batch at most, padding included; at least one item is in each.</param>
    public static List<List<T>> Of<T>(IReadOnlyList<T> items, Func<T, int> length, int size, int budget, int seed)
    {
        var random = new Random(seed);
        var shuffled = items.ToArray();
        random.Shuffle(shuffled);
        var batches = new List<List<T>>();
        foreach (var pool in shuffled.Chunk(size * Pool))
        {
            var batch = new List<T>();
            foreach (var item in pool.OrderByDescending(length))
            {
                var longest = batch.Count > 0 ? length(batch[0]) : 0;
                if (batch.Count == size || (batch.Count > 0 && longest * (batch.Count + 1) > budget))
                {
                    batches.Add(batch);
                    batch = [];
                }
                batch.Add(item);
            }
            if (batch.Count > 0)
                batches.Add(batch);
        }
        var order = batches.ToArray();
        random.Shuffle(order);
        return [.. order];
    }
}
