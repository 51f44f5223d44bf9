using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Statistics;

/// <summary>
/// Measures every column of the catalogue, users, campaigns, judgements, messages, FAQ and pictures (but for the pictures themselves),
/// attributes one by one, as the version's files have them: rows that were put aside are in neither count. Named by table and column, such
/// as <c>users.age</c>. It outlives a person's erasure, so nothing in it is one person's: a value is named where at least five people have
/// it, an id of a person never, and of numbers and times of people no single one, but edges of bars.
/// </summary>
internal static class TableStatistics
{
    private const int LeastPeople = 5;

    /// <summary>Of an object in a table's attributes; the most frequent ones, then by name.</summary>
    private const int MostAttributes = 100;

    private const string Rows = "measured_rows";

    /// <summary>Of the catalogue, under plain names.</summary>
    private static readonly string[] InEveryVersion = ["products.category", "products.brand"];

    private static readonly string[] Measured = [.. TableSchema.All.Where(schema => schema.Kind != SourceKind.Events).Select(schema => schema.Part)];

    /// <param name="files">The version's, of which others are not looked at.</param>
    public static IReadOnlyList<ColumnStatistics> Measure(DuckDBConnection duck, IReadOnlyList<string> files)
    {
        var found = new List<ColumnStatistics>();
        foreach (var table in Measured)
        {
            if (files.FirstOrDefault(file => Path.GetFileNameWithoutExtension(file) == table) is { } file)
                found.AddRange(Measure(duck, table, $"read_parquet({Sql.Literal(file)})"));
        }
        return found;
    }

    private static IEnumerable<ColumnStatistics> Measure(DuckDBConnection duck, string table, string parquet)
    {
        var columns = duck.Rows($"SELECT column_name, column_type FROM (DESCRIBE FROM {parquet})", row => (Name: row.GetString(0), Type: row.GetString(1))).Where(column => column.Type != "BLOB").ToList();
        var attributes = columns.Exists(column => column.Name == TableSchema.Attributes) ? AttributesIn(duck, parquet) : [];
        var hasPeople = columns.Exists(column => column.Name == TableSchema.User);
        columns.RemoveAll(column => column.Name == TableSchema.Attributes);
        // Once, whatever the number of attributes: their JSON is taken apart here.
        duck.Execute($"""
            CREATE OR REPLACE TEMP TABLE {Rows} AS
            SELECT {string.Join(", ", columns.Select(column => Sql.Name(column.Name)).Concat(attributes.Select((name, number) => $"{AttributeText(name)} AS attribute_{number}"))
                .Append($"{(hasPeople ? TableSchema.User : "NULL")} AS whose").Append("true AS is_read").Append("true AS is_kept"))}
            FROM {parquet}
            """);
        var used = new HashSet<string>();
        foreach (var column in columns.Where(column => !InEveryVersion.Contains($"{table}.{column.Name}")))
        {
            used.Add(column.Name);
            yield return Column(duck, $"{table}.{column.Name}", Sql.Name(column.Name), column.Type, hasPeople);
        }
        foreach (var (number, name) in attributes.Index())
        {
            var shown = name;
            while (!used.Add(shown)) // a column, or another attribute, is called so
                shown = $"{TableSchema.Attributes}.{shown}";
            var value = $"attribute_{number}";
            var isNumber = duck.Scalar<bool>($"SELECT coalesce(bool_and(isfinite(TRY_CAST({value} AS DOUBLE))) AND count({value}) = count(TRY_CAST({value} AS DOUBLE)), false) FROM {Rows}");
            yield return Column(duck, $"{table}.{shown}", isNumber ? $"CAST({value} AS DOUBLE)" : value, isNumber ? "DOUBLE" : "VARCHAR", hasPeople);
        }
    }

    /// <summary>Those that a few rows have alone may be made of somebody's id.</summary>
    private static List<string> AttributesIn(DuckDBConnection duck, string parquet) => duck.Rows($"""
        SELECT name FROM (SELECT unnest(json_keys({TableSchema.Attributes})) AS name FROM {parquet}) GROUP BY name HAVING count(*) >= {LeastPeople} ORDER BY count(*) DESC, name LIMIT {MostAttributes}
        """, row => row.GetString(0));

    private static string AttributeText(string name)
    {
        var pointer = $"/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}"; // RFC 6901
        return $"nullif(json_extract_string({TableSchema.Attributes}, {Sql.Literal(pointer)}), '')";
    }

    private static ColumnStatistics Column(DuckDBConnection duck, string name, string value, string type, bool hasPeople)
    {
        if (type is "DOUBLE" or "FLOAT")
            value = $"CASE WHEN isfinite({value}) THEN {value} END";
        else if (type.StartsWith("DECIMAL", StringComparison.Ordinal))
            value = $"CAST({value} AS DOUBLE)";
        else if (type.StartsWith("TIMESTAMP", StringComparison.Ordinal))
            return Coarse(VersionStatistics.TimesIn(duck, name, value, Rows), hasPeople);
        else if (!type.EndsWith("INT", StringComparison.Ordinal) && !type.EndsWith("INTEGER", StringComparison.Ordinal))
            return VersionStatistics.ValuesIn(duck, name, $"CAST({value} AS VARCHAR)", Rows, Named(name, value, type, hasPeople));
        var isWhole = duck.Scalar<bool>($"SELECT coalesce(bool_and({value} = floor({value})), false) FROM {Rows}");
        return Coarse(VersionStatistics.NumbersIn(duck, name, value, Rows, isWhole), hasPeople);
    }

    /// <summary>SQL of the values that may be named.</summary>
    private static string Named(string name, string value, string type, bool hasPeople) =>
        type == "BOOLEAN" || !hasPeople ? "true"
        : name.EndsWith($".{TableSchema.User}", StringComparison.Ordinal) ? "false"
        // Rows that name nobody count for one person each.
        : $"value IN (SELECT CAST({value} AS VARCHAR) FROM {Rows} GROUP BY 1 HAVING count(DISTINCT whose) + count(*) FILTER (whose IS NULL) >= {LeastPeople})";

    /// <summary>Of people's values no least and no greatest one, and the others to the bars' edges.</summary>
    private static ColumnStatistics Coarse(ColumnStatistics column, bool hasPeople)
    {
        if (!hasPeople)
            return column;
        double Edge(double value) => column.Histogram.LastOrDefault(bar => bar.From <= value)?.From ?? column.Histogram[0].From;
        List<Quantile> Of(IReadOnlyList<Quantile> quantiles) => [.. quantiles.Where(quantile => quantile.Share is >= .05 and <= .95).Select(quantile => quantile with { Value = Edge(quantile.Value) })];
        return column with { Quantiles = Of(column.Quantiles), QuantilesBefore = Of(column.QuantilesBefore) };
    }
}
