namespace ModelOps.DataPrep.Checks;

/// <summary>A price without a number; the row still says who took what.</summary>
internal sealed record UnreadablePrice() : RowCheck("unreadable-price", "Rows whose price cannot be read", Severity.Info, RowAction.Keep)
{
    public override string Condition => "price IS NULL AND price_text IS NOT NULL";
}
