namespace ModelOps.DataPrep.Checks;

/// <summary>A row without a product teaches nothing.</summary>
internal sealed record MissingItem() : RowCheck("missing-item", "Rows without a product", Severity.Warning, RowAction.Quarantine)
{
    public override string Condition => "item_id IS NULL";
}
