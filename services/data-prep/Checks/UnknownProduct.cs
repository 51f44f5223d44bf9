using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>
/// The event log is the whole shop's; a dataset takes from it what concerns its own products. An event of a product that came
/// after the catalogue waits here until the catalogue does.
/// </summary>
internal sealed record UnknownProduct() : RowCheck("unknown-product", "Logged events of products that are in no file of this dataset", Severity.Warning, RowAction.Quarantine)
{
    public override string Tables => $"""
        CREATE TABLE known_items AS
        SELECT item_id FROM staged_products WHERE item_id IS NOT NULL
        UNION SELECT item_id FROM {RowFacts.Items.Table} WHERE in_files
        """;

    public override string Condition => $"source = {EventLogSource.Number} AND item_id NOT IN (SELECT item_id FROM known_items)";
}
