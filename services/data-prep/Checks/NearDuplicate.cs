using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>
/// A double click or a beacon that fired twice: all is the same but for a moment. The first stays. The limit is in seconds. Events of
/// the log are not judged: each was accepted under an id of its own, by which a repeated one was told already.
/// </summary>
internal sealed record NearDuplicate() : RowCheck("near-duplicate", "Rows that repeat another within two seconds", Severity.Info, RowAction.Drop, Limit: 2)
{
    public const string Columns = "user_id, item_id, event, quantity, price, session_id, title";

    public static readonly string Judged = $"time IS NOT NULL AND source < {EventLogSource.Number}";

    /// <summary>Two moments less than the limit apart share a slot of twice its length, or one of those that are shifted by half.</summary>
    private string Slot(string shift) => $"hash(same, (moment + {shift}) // ({Microseconds} * 2))";

    private long Microseconds => Math.Max(1, (long)((Limit ?? 0) * 1e6));

    private string Half => $"{Microseconds}";

    public override string Tables => $"""
        CREATE TABLE near_slots AS
        SELECT slot FROM (SELECT {Slot("0")} AS slot FROM {ExactDuplicate.Hashes} WHERE is_judged) GROUP BY slot HAVING count(*) > 1;
        CREATE TABLE near_slots_shifted AS
        SELECT slot FROM (SELECT {Slot(Half)} AS slot FROM {ExactDuplicate.Hashes} WHERE is_judged) GROUP BY slot HAVING count(*) > 1;
        CREATE TABLE near_lines AS
        SELECT line FROM {ExactDuplicate.Hashes} WHERE is_judged AND ({Slot("0")} IN (SELECT slot FROM near_slots) OR {Slot(Half)} IN (SELECT slot FROM near_slots_shifted));
        CREATE TABLE near_duplicates AS
        SELECT line FROM (SELECT rowid AS line, {Columns}, time FROM staged WHERE rowid IN (SELECT line FROM near_lines))
        QUALIFY epoch_us(time) - epoch_us(lag(time) OVER (PARTITION BY {Columns} ORDER BY time, line)) BETWEEN 1 AND {Microseconds}
        """;

    public override string Condition => "rowid IN (SELECT line FROM near_duplicates)";
}
