namespace ModelOps.DataPrep.Checks;

/// <summary>A quantity that is no whole number.</summary>
internal sealed record UnreadableQuantity() : RowCheck("unreadable-quantity", "Rows whose quantity is no whole number", Severity.Warning, RowAction.Quarantine)
{
    public override string Condition => "quantity IS NULL";
}
