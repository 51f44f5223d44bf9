namespace ModelOps.DataPrep.Checks;

/// <summary>A negative quantity or a purchase whose invoice begins with C takes something back. The purchase that it takes back is found by <see cref="ReturnedPurchase"/>.</summary>
internal sealed record Cancellation() : RowCheck("cancellation", "Cancellations and returns", Severity.Info, RowAction.Quarantine)
{
    public const string Found = "(quantity < 0 OR (event = 'purchase' AND session_id[1] = 'C' AND regexp_full_match(session_id, 'C[0-9]+')))";

    public override string Condition => Found;
}
