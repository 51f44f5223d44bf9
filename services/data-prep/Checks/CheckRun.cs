using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>Runs the checks over <c>staged</c>: one look at each row for all of them, into the table <c>findings</c> (line, found).</summary>
internal static class CheckRun
{
    private const int SampleRows = 5;

    private const string Sample = "CAST(to_json({source: source, row: row, user: user_id, item: item_id, event: event, time: coalesce(time_text, strftime(time, '%Y-%m-%d %H:%M:%S')), quantity: coalesce(quantity_text, quantity::VARCHAR), price: coalesce(price_text, price::VARCHAR), session: session_id, title: title}) AS VARCHAR)";

    /// <summary>Needs <c>staged</c> and <c>staged_products</c>. Makes <c>findings</c> and the view <c>kept</c> (with <c>line</c>, the order of the input).</summary>
    public static IReadOnlyList<CheckResult> Run(DuckDBConnection duck, CheckList checks, CancellationToken cancellationToken)
    {
        duck.Execute(ProductNames);
        foreach (var check in checks.Rows.Select(row => row.Check))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (check.Prepare is { } prepare)
                duck.Execute(prepare);
        }
        var found = string.Join(" | ", checks.Rows.Select(row => $"CASE WHEN {row.Check.Condition} THEN {row.Bit}::BIGINT ELSE 0 END"));
        duck.Execute($"CREATE TABLE findings AS SELECT * FROM (SELECT rowid AS line, {found} AS found FROM staged) WHERE found <> 0");
        duck.Execute($"CREATE TABLE put_aside AS SELECT line FROM findings WHERE found & {checks.Mask(RowAction.Drop) | checks.Mask(RowAction.Quarantine)} <> 0");
        duck.Execute("CREATE VIEW kept AS SELECT rowid AS line, staged.* FROM staged WHERE rowid NOT IN (SELECT line FROM put_aside)");
        var counts = Counts(duck, "findings", "found", checks.Rows).Concat(Counts(duck, "staged", "repairs", checks.Repairs)).ToDictionary();
        return [.. checks.All.Select(check => Result(duck, checks, counts, check))];
    }

    /// <summary>What is known of each product's name: from the catalogue, else from the events.</summary>
    private const string ProductNames = """
        CREATE TABLE product_names AS SELECT item_id, title, brand, count(*) AS rows FROM staged_products WHERE item_id IS NOT NULL GROUP BY ALL;
        INSERT INTO product_names SELECT item_id, title, NULL, count(*) FROM staged
        WHERE item_id IS NOT NULL AND title IS NOT NULL AND (SELECT count(*) FROM staged_products) = 0 GROUP BY ALL
        """;

    private static CheckResult Result(DuckDBConnection duck, CheckList checks, Dictionary<Check, long> counts, Check check)
    {
        var (count, samples) = check switch
        {
            RowCheck => OfRows(duck, counts[check], $"SELECT line FROM findings WHERE found & {checks.Rows.Single(row => row.Check == check).Bit} <> 0"),
            RepairCheck when check.Action == RowAction.Repair => OfRows(duck, counts[check], $"SELECT rowid AS line FROM staged WHERE repairs & {checks.Repairs.Single(repair => repair.Check == check).Bit} <> 0"),
            WholeCheck whole => OfWhole(duck, whole),
            _ => (0, []),
        };
        return new CheckResult(check.Name, check.Description, check.Severity.ToString().ToLowerInvariant(), check.Action.ToString().ToLowerInvariant(), count, samples, check.Limit);
    }

    /// <summary>All counts in one look at the table.</summary>
    private static IEnumerable<KeyValuePair<Check, long>> Counts<T>(DuckDBConnection duck, string table, string column, IReadOnlyList<(T Check, long Bit)> checks) where T : Check => checks.Count == 0 ? [] : duck.Rows(
        $"SELECT {string.Join(", ", checks.Select(check => $"count(*) FILTER ({column} & {check.Bit} <> 0)"))} FROM {table}", row => checks.Select((check, i) => KeyValuePair.Create((Check)check.Check, row.GetInt64(i))).ToList())[0];

    private static (long, IReadOnlyList<string>) OfRows(DuckDBConnection duck, long count, string lines) => count == 0 ? (0, []) : (count, duck.Rows(
        $"SELECT {Sample} FROM staged JOIN ({lines} ORDER BY line LIMIT {SampleRows}) first ON staged.rowid = first.line ORDER BY first.line", row => row.GetString(0)));

    private static (long, IReadOnlyList<string>) OfWhole(DuckDBConnection duck, WholeCheck check)
    {
        var count = duck.Scalar<long>($"SELECT count(*) FROM ({check.Findings})");
        return count == 0 ? (0, []) : (count, duck.Rows($"SELECT sample FROM ({check.Findings} LIMIT {SampleRows})", row => row.GetString(0)));
    }
}
