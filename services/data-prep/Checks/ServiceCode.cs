using ModelOps.DataPrep.Facts;

namespace ModelOps.DataPrep.Checks;

/// <summary>Postage, bank charges and manual bookings among the products: codes without a digit where nearly all codes have one. The limit is that share.</summary>
internal sealed record ServiceCode() : RowCheck("service-code", "Codes such as POST or BANK CHARGES that are no products", Severity.Warning, RowAction.Quarantine, Limit: .95)
{
    public override string Tables => $"""
        CREATE TABLE service_codes AS
        SELECT item_id FROM {RowFacts.Items.Table}
        WHERE NOT regexp_matches(item_id, '[0-9]') AND (SELECT count(*) FILTER (regexp_matches(item_id, '[0-9]')) > {LimitText} * count(*) FROM {RowFacts.Items.Table})
        """;

    public override string Condition => "item_id IN (SELECT item_id FROM service_codes)";
}
