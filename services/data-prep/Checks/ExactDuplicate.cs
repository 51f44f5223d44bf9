namespace ModelOps.DataPrep.Checks;

/// <summary>The same row twice, from an export that ran twice or files that overlap. The first stays.</summary>
internal sealed record ExactDuplicate() : RowCheck("exact-duplicate", "Rows that repeat another in every column", Severity.Info, RowAction.Drop)
{
    private const string Columns = "user_id, item_id, event, time, quantity, price, session_id, title, time_text, quantity_text, price_text";

    /// <summary>
    /// Of each row a hash of what a near duplicate repeats (<c>same</c>) and its moment (in microseconds): small enough for memory where
    /// the rows themselves are not. Only rows with a twin there are compared.
    /// </summary>
    public const string Hashes = "row_hashes";

    public override string Tables => $"""
        CREATE TABLE {Hashes} AS SELECT rowid AS line, hash({NearDuplicate.Columns}) AS same, epoch_us(time) AS moment, {NearDuplicate.Judged} AS is_judged FROM staged;
        CREATE TABLE twins AS SELECT twin FROM (SELECT hash(same, moment) AS twin FROM {Hashes}) GROUP BY twin HAVING count(*) > 1;
        CREATE TABLE twin_lines AS SELECT line FROM {Hashes} WHERE hash(same, moment) IN (SELECT twin FROM twins);
        CREATE TABLE exact_duplicates AS
        SELECT line FROM (SELECT rowid AS line, {Columns} FROM staged WHERE rowid IN (SELECT line FROM twin_lines))
        QUALIFY row_number() OVER (PARTITION BY {Columns} ORDER BY line) > 1
        """;

    public override string Condition => "rowid IN (SELECT line FROM exact_duplicates)";
}
