namespace ModelOps.Contracts;

/// <summary>One page of a list, newest first. <paramref name="Next"/> is the cursor of the page after it, null on the last.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    public const int DefaultLimit = 50;

    /// <summary>Builds a page from <paramref name="rows"/>, of which one more than <paramref name="limit"/> was asked for.</summary>
    public static Page<T> Of(IReadOnlyList<T> rows, int limit, Func<T, string> cursor)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(cursor);
        return rows.Count > limit ? new Page<T>([.. rows.Take(limit)], cursor(rows[limit - 1])) : new Page<T>(rows, null);
    }
}
