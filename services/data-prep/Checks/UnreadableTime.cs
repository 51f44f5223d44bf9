namespace ModelOps.DataPrep.Checks;

/// <summary>A time that is neither ISO 8601 nor an epoch in seconds, milli- or microseconds, nor as the mapping's <c>time_format</c> says.</summary>
internal sealed record UnreadableTime() : RowCheck("unreadable-time", "Rows whose time cannot be read; a mapping's time_format tells how it is written", Severity.Error, RowAction.Quarantine)
{
    public override string Condition => "time IS NULL";
}
