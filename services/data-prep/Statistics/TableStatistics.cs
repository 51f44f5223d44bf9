using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Statistics;

/// <summary>
/// Measures every column of the catalogue, users, campaigns, judgements, messages, FAQ and pictures, attributes one by one, as the version's
/// files have them: rows that were put aside are in neither count. Named by table and column, such as <c>users.age</c>.
/// </summary>
internal static class TableStatistics
{
    /// <summary>A value of fewer rows may say who somebody is; true and false do not.</summary>
    private const int LeastRows = 5;

    /// <summary>Of an object in a table's attributes; the most frequent ones, then by name.</summary>
    private const int MostAttributes = 100;

    /// <summary>Of the catalogue, under plain names.</summary>
    private static readonly string[] InEveryVersion = ["products.category", "products.brand"];

    private static readonly string[] Measured = [.. TableSchema.All.Where(schema => schema.Kind != SourceKind.Events).Select(schema => schema.Part)];

    /// <param name="files">The version's, of which others are not looked at.</param>
    public static IEnumerable<ColumnStatistics> Measure(DuckDBConnection duck, IReadOnlyList<string> files) =>
        from table in Measured
        let file = files.FirstOrDefault(file => Path.GetFileNameWithoutExtension(file) == table)
        where file is not null
        let rows = $"(SELECT *, true AS is_read, true AS is_kept FROM read_parquet({Sql.Literal(file)}))"
        let columns = Columns(duck, rows)
        from column in columns
        where !InEveryVersion.Contains($"{table}.{column.Name}")
        from statistics in column.Name == TableSchema.Attributes
            ? Attributes(duck, table, rows, [.. columns.Select(other => other.Name)])
            : [Column(duck, $"{table}.{column.Name}", Sql.Name(column.Name), column.Type, rows)]
        select statistics;

    private static IReadOnlyList<(string Name, string Type)> Columns(DuckDBConnection duck, string rows) =>
        [.. duck.Rows($"SELECT column_name, column_type FROM (DESCRIBE SELECT * EXCLUDE (is_read, is_kept) FROM {rows})", row => (row.GetString(0), row.GetString(1)))];

    /// <param name="columns">Of the table; an attribute that is called as one of them is told apart.</param>
    private static IEnumerable<ColumnStatistics> Attributes(DuckDBConnection duck, string table, string rows, HashSet<string> columns)
    {
        var names = duck.Rows($"""
            SELECT name FROM (SELECT unnest(json_keys({TableSchema.Attributes})) AS name FROM {rows}) GROUP BY name ORDER BY count(*) DESC, name LIMIT {MostAttributes}
            """, row => row.GetString(0));
        foreach (var name in names)
        {
            var pointer = $"/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}"; // RFC 6901
            var text = $"nullif(json_extract_string({TableSchema.Attributes}, {Sql.Literal(pointer)}), '')";
            var isNumber = duck.Scalar<bool>($"SELECT coalesce(bool_and(isfinite(TRY_CAST(value AS DOUBLE))) AND count(value) = count(TRY_CAST(value AS DOUBLE)), false) FROM (SELECT {text} AS value FROM {rows})");
            yield return Column(duck, columns.Contains(name) ? $"{table}.{TableSchema.Attributes}.{name}" : $"{table}.{name}", isNumber ? $"CAST({text} AS DOUBLE)" : text, isNumber ? "DOUBLE" : "VARCHAR", rows);
        }
    }

    private static ColumnStatistics Column(DuckDBConnection duck, string name, string value, string type, string rows) => type switch
    {
        "BLOB" => VersionStatistics.NumbersIn(duck, name, $"octet_length({value})", rows, isWhole: true),
        "DOUBLE" or "FLOAT" => VersionStatistics.NumbersIn(duck, name, value, rows, isWhole: duck.Scalar<bool>($"SELECT coalesce(bool_and({value} = floor({value})), false) FROM {rows}")),
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => VersionStatistics.NumbersIn(duck, name, $"CAST({value} AS DOUBLE)", rows),
        _ when type.EndsWith("INT", StringComparison.Ordinal) || type.EndsWith("INTEGER", StringComparison.Ordinal) => VersionStatistics.NumbersIn(duck, name, value, rows, isWhole: true),
        _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => VersionStatistics.TimesIn(duck, name, value, rows),
        "BOOLEAN" => VersionStatistics.ValuesIn(duck, name, $"CAST({value} AS VARCHAR)", rows, least: 1),
        _ => VersionStatistics.ValuesIn(duck, name, $"CAST({value} AS VARCHAR)", rows, LeastRows),
    };
}
