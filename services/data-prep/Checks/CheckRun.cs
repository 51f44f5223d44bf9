using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>Runs the checks over <c>staged</c>: one look at each row for all of them, into the table <c>findings</c> (line, found).</summary>
internal static class CheckRun
{
    private static readonly string Sample = $"CAST(to_json({{source: source, row: row, user: user_id, item: item_id, event: {HiddenText.Hidden("event")}, time: coalesce({Unread("time")}, strftime(time, '%Y-%m-%d %H:%M:%S')), quantity: coalesce({Unread("quantity")}, quantity::VARCHAR), price: coalesce({Unread("price")}, price::VARCHAR), session: session_id, title: title}}) AS VARCHAR)";

    /// <summary>
    /// Needs <c>staged</c> (all rows of its users), the products of <c>staged_products</c> and <see cref="RowFacts.Items"/> of all rows. Makes
    /// <c>findings</c> and the views <c>kept</c> (with <c>line</c>, the order of the input) and <c>judged</c>.
    /// </summary>
    public static Judgement Judge(DuckDBConnection duck, CheckList checks, CancellationToken cancellationToken)
    {
        foreach (var check in checks.Rows.Select(row => row.Check))
        {
            cancellationToken.ThrowIfCancellationRequested();
            check.Prepare(duck);
        }
        var found = string.Join(" | ", checks.Rows.Select(row => $"CASE WHEN {row.Check.Condition} THEN {row.Bit}::BIGINT ELSE 0 END"));
        duck.Execute($"CREATE TABLE findings AS SELECT * FROM (SELECT rowid AS line, {found} AS found FROM staged) WHERE found <> 0");
        duck.Execute($"CREATE TABLE put_aside AS SELECT line FROM findings WHERE found & {checks.Mask(RowAction.Drop) | checks.Mask(RowAction.Quarantine)} <> 0");
        duck.Execute("CREATE VIEW kept AS SELECT rowid AS line, staged.* FROM staged WHERE rowid NOT IN (SELECT line FROM put_aside)");
        duck.Execute("CREATE VIEW judged AS SELECT staged.*, staged.rowid NOT IN (SELECT line FROM put_aside) AS is_kept FROM staged");
        var counts = Counts(duck, "findings", "found", checks.Rows).Concat(Counts(duck, "staged", "repairs", checks.Repairs)).ToDictionary();
        return duck.Rows($"""
            SELECT (SELECT count(*) FROM staged), count(*) FILTER (found & {checks.Mask(RowAction.Drop)} <> 0), count(*) FILTER ({IsQuarantined(checks)}) FROM findings
            """, row => new Judgement(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), counts.ToDictionary(count => count.Key.Name, count => OfRows(duck, checks, count.Key, count.Value))))[0];
    }

    /// <summary>The report. Checks of the data as a whole look into <c>staged_products</c>, <c>product_names</c> and <c>staged</c>, unless <paramref name="found"/> has their findings.</summary>
    public static IReadOnlyList<CheckResult> Results(DuckDBConnection duck, CheckList checks, IReadOnlyDictionary<string, Found> found) =>
        [.. checks.All.Select(check => Result(check, found.GetValueOrDefault(check.Name) ?? (check is WholeCheck whole ? OfWhole(duck, whole) : Found.None)))];

    /// <summary>The rows that are put aside, as the quarantine shows them.</summary>
    public static string Quarantined(CheckList checks)
    {
        var reasons = string.Join(", ", checks.Rows.Where(row => row.Check.Action == RowAction.Quarantine).Select(row => $"CASE WHEN found & {row.Bit} <> 0 THEN '{row.Check.Name}' END").DefaultIfEmpty("NULL"));
        return $"""
            SELECT source, row, concat_ws(', ', {reasons}) AS reason,
                CAST(to_json({"{user_id: user_id, item_id: item_id"}, event: {HiddenText.Hidden("event")}, time: coalesce({Unread("time")}, strftime(time, '%Y-%m-%dT%H:%M:%S.%gZ')), quantity: coalesce({Unread("quantity")}, quantity::VARCHAR),
                    price: coalesce({Unread("price")}, price::VARCHAR), {"session_id: session_id, title: title}"}) AS VARCHAR) AS raw, NULL::VARCHAR AS "column"
            FROM staged JOIN findings ON line = staged.rowid
            WHERE {IsQuarantined(checks)}
            """;
    }

    /// <summary>A text that was no time or number may be anything, a person's detail too.</summary>
    private static string Unread(string column) => HiddenText.HiddenFree($"{column}_text");

    public static Found OfWhole(DuckDBConnection duck, WholeCheck check)
    {
        var count = duck.Scalar<long>($"SELECT count(*) FROM ({check.Findings})");
        return count == 0 ? Found.None : new Found(count, duck.Rows($"SELECT {HiddenText.HiddenFree("sample")} FROM ({check.Findings} LIMIT {Found.MostSamples})", row => new FoundRow(0, 0, row.GetString(0))));
    }

    private static string IsQuarantined(CheckList checks) => $"found & {checks.Mask(RowAction.Drop)} = 0 AND found & {checks.Mask(RowAction.Quarantine)} <> 0";

    private static CheckResult Result(Check check, Found found) => new(check.Name, check.Description, check.Severity.ToString().ToLowerInvariant(), check.Action.ToString().ToLowerInvariant(),
        found.Rows, [.. found.Samples.Select(sample => sample.Text)], check.Limit);

    /// <summary>All counts in one look at the table.</summary>
    private static IEnumerable<KeyValuePair<Check, long>> Counts<T>(DuckDBConnection duck, string table, string column, IReadOnlyList<(T Check, long Bit)> checks) where T : Check => checks.Count == 0 ? [] : duck.Rows(
        $"SELECT {string.Join(", ", checks.Select(check => $"count(*) FILTER ({column} & {check.Bit} <> 0)"))} FROM {table}", row => checks.Select((check, i) => KeyValuePair.Create((Check)check.Check, row.GetInt64(i))).ToList())[0];

    private static Found OfRows(DuckDBConnection duck, CheckList checks, Check check, long count)
    {
        if (count == 0)
            return Found.None;
        var lines = check is RepairCheck
            ? $"SELECT rowid AS line FROM staged WHERE repairs & {checks.Repairs.Single(repair => repair.Check == check).Bit} <> 0"
            : $"SELECT line FROM findings WHERE found & {checks.Rows.Single(row => row.Check == check).Bit} <> 0";
        return new Found(count, duck.Rows($"SELECT source, row, {Sample} FROM staged JOIN ({lines} ORDER BY line LIMIT {Found.MostSamples}) first ON staged.rowid = first.line ORDER BY first.line",
            row => new FoundRow(row.GetInt32(0), row.GetInt64(1), row.GetString(2))));
    }
}
