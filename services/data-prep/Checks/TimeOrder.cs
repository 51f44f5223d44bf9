namespace ModelOps.DataPrep.Checks;

/// <summary>Rows that come earlier than the one before them in their file: late arrivals, or a file that is sorted by something else. A version is sorted by time.</summary>
internal sealed record TimeOrder() : WholeCheck("time-order", "Rows earlier than the one before them in their file, put in order", Severity.Info, RowAction.Repair)
{
    public override string Findings => """
        SELECT CAST(to_json({source: source, user: user_id, item: item_id, time: time, after: before}) AS VARCHAR) AS sample
        FROM (SELECT *, lag(time) OVER () AS before, lag(source) OVER () AS before_source FROM (SELECT source, user_id, item_id, time FROM staged))
        WHERE time < before AND source = before_source
        """;
}
