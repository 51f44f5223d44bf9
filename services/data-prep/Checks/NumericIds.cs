namespace ModelOps.DataPrep.Checks;

/// <summary>Spreadsheets and data frames turn the customer 17147 into 17147.0.</summary>
internal sealed record NumericIds() : RepairCheck("numeric-ids", "Ids that were written as decimal numbers", Severity.Info)
{
    public override string Condition => "((ends_with(user_id, '.0') AND regexp_full_match(user_id, '[0-9]+\\.0')) OR (ends_with(item_id, '.0') AND regexp_full_match(item_id, '[0-9]+\\.0')))";

    public override IReadOnlyDictionary<string, string> Repairs { get; } = new Dictionary<string, string>
    {
        ["user_id"] = "regexp_replace(user_id, '^([0-9]+)\\.0$', '\\1')",
        ["item_id"] = "regexp_replace(item_id, '^([0-9]+)\\.0$', '\\1')",
    };
}
