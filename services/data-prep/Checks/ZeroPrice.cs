namespace ModelOps.DataPrep.Checks;

/// <summary>Samples, gifts and booking errors; the product was still taken.</summary>
internal sealed record ZeroPrice() : RowCheck("zero-price", "Rows with a price of zero or less", Severity.Info, RowAction.Keep)
{
    public override string Condition => "price <= 0";
}
