using DuckDB.NET.Data;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>
/// The purchase that a cancellation takes back: of the same user and product, at or before it, with the same quantity left if there
/// is such a one, else with more left; of several the latest. A cancellation uses up what it takes back, so that two of them do not
/// take back one purchase twice. The purchase stays, as the shopper did want the product, and is labelled as returned.
/// </summary>
internal sealed record ReturnedPurchase() : RowCheck("returned-purchase", "Purchases that a later cancellation takes back", Severity.Info, RowAction.Keep)
{
    /// <summary><c>line</c> of the purchase, <c>cancellation</c>, <c>returned_at</c>: one row for each cancellation that was matched.</summary>
    public const string Matches = "returns";

    public override string Condition => $"rowid IN (SELECT line FROM {Matches})";

    /// <summary>The bookings of each user and product, where one of them is a cancellation, in the order in which they are matched. Of rows that say the same the first is taken back first, as it is the one that is kept.</summary>
    private const string Bookings = $"""
        WITH bookings AS (
            SELECT user_id, item_id, time, rowid AS line, abs(CAST(quantity AS BIGINT)) AS quantity, coalesce({Cancellation.Found}, false) AS is_back FROM staged
            WHERE user_id IS NOT NULL AND item_id IS NOT NULL AND time IS NOT NULL AND (coalesce({Cancellation.Found}, false) OR (event = 'purchase' AND quantity > 0)))
        SELECT user_id, item_id, time, line, quantity, is_back FROM bookings SEMI JOIN (SELECT user_id, item_id FROM bookings WHERE is_back AND quantity IS NOT NULL) USING (user_id, item_id)
        WHERE quantity IS NOT NULL ORDER BY user_id, item_id, time, is_back, CASE WHEN is_back THEN line ELSE -line END
        """;

    public override void Prepare(DuckDBConnection duck)
    {
        duck.Execute($"CREATE TABLE {Matches} (line BIGINT, cancellation BIGINT, returned_at TIMESTAMP)");
        var matches = Match(duck);
        using var appender = duck.CreateAppender(Matches);
        foreach (var (line, cancellation, at) in matches)
            appender.CreateRow().AppendValue(line).AppendValue(cancellation).AppendValue(at).EndRow();
    }

    private static List<(long Line, long Cancellation, DateTime At)> Match(DuckDBConnection duck)
    {
        var matches = new List<(long, long, DateTime)>();
        var bought = new List<Purchase>();
        var pair = ("", "");
        using var command = duck.CreateCommand();
        command.CommandText = Bookings;
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (user, item) = (reader.GetString(0), reader.GetString(1));
            if (pair != (user, item))
                bought.Clear();
            pair = (user, item);
            var (line, quantity) = (reader.GetInt64(3), reader.GetInt64(4));
            if (!reader.GetBoolean(5))
                bought.Add(new Purchase(line, quantity));
            else if (TakeBack(bought, quantity) is { } purchase)
                matches.Add((purchase, line, reader.GetDateTime(2)));
        }
        return matches;
    }

    /// <param name="bought">What is left of each purchase, the latest last.</param>
    private static long? TakeBack(List<Purchase> bought, long quantity)
    {
        var found = bought.FindLastIndex(purchase => purchase.Left == quantity);
        if (found < 0)
            found = bought.FindLastIndex(purchase => purchase.Left >= quantity);
        if (found < 0)
            return null;
        var (line, left) = bought[found];
        if (left > quantity)
            bought[found] = new Purchase(line, left - quantity);
        else
            bought.RemoveAt(found);
        return line;
    }

    private readonly record struct Purchase(long Line, long Left);
}
