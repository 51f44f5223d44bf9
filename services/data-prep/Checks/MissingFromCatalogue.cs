using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>Products that were sold and are not, or no longer, in the catalogue: they teach what goes together, but are not recommended.</summary>
internal sealed record MissingFromCatalogue() : RowCheck("missing-from-catalogue", "Rows of products that are not in the catalogue", Severity.Warning, RowAction.Keep)
{
    public override string Tables => "CREATE TABLE catalogue_items AS SELECT DISTINCT item_id FROM staged_products WHERE item_id IS NOT NULL";

    public override string Condition => $"source <> {EventLogSource.Number} AND (SELECT count(*) FROM catalogue_items) > 0 AND item_id NOT IN (SELECT item_id FROM catalogue_items)";
}
