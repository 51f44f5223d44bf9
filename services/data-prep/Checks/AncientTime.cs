namespace ModelOps.DataPrep.Checks;

/// <summary>Epoch zero and typing errors of a century. The limit is the first year that counts.</summary>
internal sealed record AncientTime() : RowCheck("ancient-time", "Rows before 1990", Severity.Warning, RowAction.Quarantine, Limit: 1990)
{
    public override string Condition => $"time < make_timestamp({LimitText}::BIGINT, 1, 1, 0, 0, 0.0)";
}
