namespace ModelOps.DataPrep.Checks;

/// <summary>
/// The purchase that a cancellation takes back: of the same user and product, at or before it, of the same quantity if there is
/// such a one, else of a greater; of several the latest. It stays, as the shopper did want the product, and is labelled as returned.
/// </summary>
internal sealed record ReturnedPurchase() : RowCheck("returned-purchase", "Purchases that a later cancellation takes back", Severity.Info, RowAction.Keep)
{
    /// <summary><c>line</c> of the purchase, <c>cancellation</c>, <c>returned_at</c>: one row for each cancellation that was matched.</summary>
    public const string Matches = "returns";

    public override string Condition => $"rowid IN (SELECT line FROM {Matches})";

    public override string Prepare => $"""
        CREATE TABLE cancellations AS
        SELECT rowid AS line, user_id, item_id, time, abs(quantity) AS quantity FROM staged
        WHERE {Cancellation.Found} AND user_id IS NOT NULL AND item_id IS NOT NULL AND time IS NOT NULL AND quantity IS NOT NULL;
        CREATE TABLE {Matches} AS
        SELECT arg_max(purchase.rowid, (purchase.quantity = back.quantity, purchase.time, purchase.rowid)) AS line, back.line AS cancellation, any_value(back.time) AS returned_at
        FROM cancellations back JOIN staged purchase
            ON purchase.user_id = back.user_id AND purchase.item_id = back.item_id AND purchase.time <= back.time AND purchase.quantity >= back.quantity
        WHERE purchase.event = 'purchase' AND purchase.quantity > 0 AND NOT coalesce({Cancellation.Found.Replace("quantity", "purchase.quantity", StringComparison.Ordinal).Replace("session_id", "purchase.session_id", StringComparison.Ordinal).Replace("event", "purchase.event", StringComparison.Ordinal)}, false)
        GROUP BY back.line
        """;
}
