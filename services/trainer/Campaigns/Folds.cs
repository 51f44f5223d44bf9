namespace ModelOps.Trainer.Campaigns;

/// <summary>Parts of rows that take turns in being the test.</summary>
public static class Folds
{
    /// <summary>By chance: rows without an order.</summary>
    public static IEnumerable<(int[] Train, int[] Test)> Of(int rows, int folds, int seed)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        new Random(seed).Shuffle(order);
        for (var fold = 0; fold < folds; fold++)
        {
            var (from, to) = ((int)((long)rows * fold / folds), (int)((long)rows * (fold + 1) / folds));
            yield return ([.. order[..from], .. order[to..]], order[from..to]);
        }
    }

    /// <summary>In time: each of the last <paramref name="folds"/> parts is the test of what came before it.</summary>
    /// <param name="from">The share of the rows that is never a test.</param>
    public static IEnumerable<(int[] Train, int[] Test)> Forward(int rows, int folds, double from)
    {
        var first = (int)(rows * from);
        for (var fold = 0; fold < folds; fold++)
        {
            var (start, end) = (first + (int)((long)(rows - first) * fold / folds), first + (int)((long)(rows - first) * (fold + 1) / folds));
            yield return ([.. Enumerable.Range(0, start)], [.. Enumerable.Range(start, end - start)]);
        }
    }
}
