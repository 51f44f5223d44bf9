namespace ModelOps.DataPrep.Checks;

/// <summary>A time that is neither ISO 8601 nor an epoch in seconds, milli- or microseconds.</summary>
internal sealed record UnreadableTime() : RowCheck("unreadable-time", "Rows whose time cannot be read", Severity.Error, RowAction.Quarantine)
{
    public override string Condition => "time IS NULL";
}
