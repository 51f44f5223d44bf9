namespace ModelOps.Trainer.Campaigns;

/// <summary>Parts of rows that take turns in being the test.</summary>
public static class Folds
{
    private const double ForwardFrom = 0.4;

    /// <summary>The rows to choose and to learn on, and those to be judged on: the last ones where rows are in the order of time, else some by chance.</summary>
    public static (int[] Known, int[] Test) Apart(int rows, double testShare, bool isOrdered, int seed)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        if (!isOrdered)
            new Random(seed).Shuffle(order);
        var known = (int)(rows * (1 - testShare));
        return (order[..known], order[known..]);
    }

    /// <summary>To choose by: in time where rows are in its order, else by chance.</summary>
    public static IReadOnlyList<(int[] Train, int[] Test)> Validation(int rows, int folds, bool isOrdered, int seed) =>
        [.. isOrdered ? Forward(rows, folds, ForwardFrom) : Of(rows, folds, seed)];

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
