using ModelOps.Features.Tables;

namespace ModelOps.Trainer.Campaigns;

/// <summary>
/// Numbers that say when a row happened rather than whom it is about, such as an interest rate or a price index: most of their variance lies
/// between times, not within them. What is learned from them is about a past that does not come again, and later values lie outside.
/// </summary>
public static class TimeColumns
{
    /// <param name="rows">In the order of time.</param>
    /// <param name="blocks">Times to compare: parts of equal size.</param>
    /// <param name="most">The share of a column's variance that may lie between them (η², the correlation ratio).</param>
    /// <returns>The names of the columns above it.</returns>
    public static IReadOnlyList<string> Of(TableRows rows, int blocks = 50, double most = 0.5)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return [.. rows.Schema.Columns.Index().Where(pair => pair.Item.Kind == ColumnKind.Number && Between(rows, pair.Index, blocks) > most).Select(pair => pair.Item.Name)];
    }

    private static double Between(TableRows rows, int column, int blocks)
    {
        var present = Enumerable.Range(0, rows.Count).Where(row => !float.IsNaN(rows.Row(row)[column])).Select(row => (Block: (long)row * blocks / rows.Count, Value: (double)rows.Row(row)[column])).ToList();
        if (present.Count == 0)
            return 0;
        var mean = present.Average(one => one.Value);
        var all = present.Sum(one => (one.Value - mean) * (one.Value - mean));
        var between = present.GroupBy(one => one.Block).Sum(block => block.Count() * Math.Pow(block.Average(one => one.Value) - mean, 2));
        return all == 0 ? 0 : between / all;
    }
}
