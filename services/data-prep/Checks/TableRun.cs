using DuckDB.NET.Data;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>Runs the checks of users, judgements, messages and FAQ over their staged tables: each looks at every row, and then rows are put aside.</summary>
internal static class TableRun
{
    /// <summary>Mends rows, and moves those of checks that quarantine into <c>rejected</c> with the names of all of these. Needs the products of <c>staged_products</c>.</summary>
    /// <returns>The findings by the check's name.</returns>
    public static IReadOnlyDictionary<string, Found> Judge(DuckDBConnection duck, CheckList checks)
    {
        var found = new Dictionary<string, Found>();
        var aside = new List<(SourceKind Table, string Rows)>();
        foreach (var check in checks.All.OfType<TableCheck>())
        {
            foreach (var finding in check.Findings.Where(finding => duck.Scalar<bool>($"SELECT EXISTS (SELECT 1 FROM {StagedSource.Table(finding.Table)})")))
            {
                var mark = $"found_{check.Name.Replace('-', '_')}_{TableSchema.Of(finding.Table).Part}";
                var table = StagedSource.Table(finding.Table);
                duck.Execute($"CREATE TABLE {mark} AS SELECT source, row FROM {table} WHERE {finding.Condition}");
                var rows = duck.Rows($"SELECT source, row, {StagedRows.Shown(TableSchema.Of(finding.Table))} FROM {table} SEMI JOIN {mark} USING (source, row) ORDER BY source, row LIMIT {Found.MostSamples}",
                    row => new FoundRow(row.GetInt32(0), row.GetInt64(1), row.GetString(2)));
                found[check.Name] = Found.Sum([found.GetValueOrDefault(check.Name, Found.None), new Found(duck.Scalar<long>($"SELECT count(*) FROM {mark}"), rows)]);
                if (rows.Count > 0 && check.Action == RowAction.Repair)
                    duck.Execute($"UPDATE {table} SET {finding.Repair} WHERE (source, row) IN (SELECT (source, row) FROM {mark})");
                if (rows.Count > 0 && check.Action == RowAction.Quarantine)
                    aside.Add((finding.Table, $"SELECT source, row, '{check.Name}' AS reason, {aside.Count} AS number FROM {mark}"));
            }
        }
        foreach (var marks in aside.GroupBy(mark => mark.Table, mark => mark.Rows))
            PutAside(duck, TableSchema.Of(marks.Key), string.Join(" UNION ALL ", marks));
        return found;
    }

    private static void PutAside(DuckDBConnection duck, TableSchema schema, string marks)
    {
        var table = StagedSource.Table(schema.Kind);
        duck.Execute($"""
            CREATE OR REPLACE TABLE put_aside_rows AS SELECT source, row, string_agg(reason, ', ' ORDER BY number) AS reason FROM ({marks}) GROUP BY source, row;
            INSERT INTO rejected SELECT source, row, reason, {StagedRows.Raw(schema)}, NULL FROM {table} JOIN put_aside_rows USING (source, row) ORDER BY source, row;
            DELETE FROM {table} WHERE (source, row) IN (SELECT (source, row) FROM put_aside_rows)
            """);
    }
}
