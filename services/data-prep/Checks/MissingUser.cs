namespace ModelOps.DataPrep.Checks;

/// <summary>Nobody can be recommended to by a row that says nobody.</summary>
internal sealed record MissingUser() : RowCheck("missing-user", "Rows without a user", Severity.Warning, RowAction.Quarantine)
{
    public override string Condition => "user_id IS NULL";
}
