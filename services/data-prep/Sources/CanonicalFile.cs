using static ModelOps.DataPrep.Sources.Sql;

namespace ModelOps.DataPrep.Sources;

/// <summary>
/// A source as DuckDB reads it, every column as text: rows that are known to be readable, each with its number. DuckDB's own
/// reading of CSV and JSON is fast but stops at, or swallows, what is broken; this way it only ever meets its own dialect.
/// </summary>
/// <param name="Sql">A table expression with <c>_row</c> and <paramref name="Columns"/>.</param>
/// <param name="Rows">Rows that can be read.</param>
/// <param name="Format">For the report, for example <c>csv, windows-1252, delimiter ;, quote "</c>.</param>
internal sealed record CanonicalFile(string Sql, IReadOnlyList<string> Columns, long Rows, string Format)
{
    /// <summary>The number of the row within its file: the line of a CSV or JSON Lines file, else a count from 1.</summary>
    public const string Row = "_row";

    /// <summary>A table function over a file that <see cref="Csv.CsvWriter"/> wrote.</summary>
    public static string Reader(string path, IEnumerable<(string Name, string Type)> columns) =>
        $"read_csv({Literal(path)}, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', new_line='\\n', max_line_size={4 * Csv.CsvReader.LongestRecord}, " +
        $"columns={{{string.Join(", ", columns.Select(column => $"{Literal(column.Name)}: '{column.Type}'"))}}})";
}
