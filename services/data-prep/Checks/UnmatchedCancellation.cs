namespace ModelOps.DataPrep.Checks;

/// <summary>What is taken back was bought before the data begins, under another id, or never: stock bookings look like this.</summary>
internal sealed record UnmatchedCancellation() : RowCheck("unmatched-cancellation", "Cancellations without a purchase in the data", Severity.Info, RowAction.Quarantine)
{
    public override string Condition => $"{Cancellation.Found} AND rowid NOT IN (SELECT cancellation FROM {ReturnedPurchase.Matches})";
}
