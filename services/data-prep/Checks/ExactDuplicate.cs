namespace ModelOps.DataPrep.Checks;

/// <summary>The same row twice, from an export that ran twice or files that overlap. The first stays.</summary>
internal sealed record ExactDuplicate() : RowCheck("exact-duplicate", "Rows that repeat another in every column", Severity.Info, RowAction.Drop)
{
    private const string Columns = "user_id, item_id, event, time, quantity, price, session_id, title, time_text, quantity_text, price_text";

    // A hash of each row is small enough for memory where the rows themselves are not; only rows with a twin are compared.
    public override string Prepare => $"""
        CREATE TABLE twins AS SELECT twin FROM (SELECT hash({Columns}) AS twin FROM staged) GROUP BY twin HAVING count(*) > 1;
        CREATE TABLE exact_duplicates AS
        SELECT line FROM (SELECT rowid AS line, {Columns} FROM staged WHERE hash({Columns}) IN (SELECT twin FROM twins))
        QUALIFY row_number() OVER (PARTITION BY {Columns} ORDER BY line) > 1
        """;

    public override string Condition => "rowid IN (SELECT line FROM exact_duplicates)";
}
