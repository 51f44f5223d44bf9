using static ModelOps.DataPrep.Sources.Sql;

namespace ModelOps.DataPrep.Sources;

/// <summary>
/// A source as DuckDB reads it, every column as text: rows that are known to be readable, each with its number. DuckDB's own
/// reading of CSV and JSON is fast but stops at, or swallows, what is broken; this way it only ever meets its own dialect.
/// </summary>
/// <param name="Form">Of the readable copy; what it was before, <paramref name="Format"/> says.</param>
/// <param name="Paths">The copy's slices: each can be read by itself, and all one after the other are the file.</param>
/// <param name="Rows">Rows that can be read.</param>
/// <param name="Format">For the report, for example <c>csv, windows-1252, delimiter ;, quote "</c>.</param>
internal sealed record CanonicalFile(FileFormat Form, IReadOnlyList<string> Paths, IReadOnlyList<string> Columns, long Rows, string Format)
{
    /// <summary>The number of the row within its file: the line of a CSV or JSON Lines file, else a count from 1.</summary>
    public const string Row = "_row";

    /// <summary>A table expression with <see cref="Row"/> and <see cref="Columns"/>.</summary>
    public string Sql => Form switch
    {
        FileFormat.Csv => Reader(Paths, Columns.Select(name => (name, "VARCHAR")).Prepend((Row, "BIGINT"))),
        FileFormat.Json => $"read_json([{List(Paths)}], format='newline_delimited', maximum_object_size={2 * Json.JsonReader.LongestObject}, " +
            $"columns={{{string.Join(", ", Columns.Select(column => $"{Literal(column)}: 'VARCHAR'").Prepend($"{Literal(Row)}: 'BIGINT'"))}}})",
        _ => $"read_parquet([{List(Paths)}])",
    };

    /// <summary>A table function over files that <see cref="Csv.CsvWriter"/> wrote.</summary>
    public static string Reader(IEnumerable<string> paths, IEnumerable<(string Name, string Type)> columns) =>
        $"read_csv([{List(paths)}], auto_detect=false, header=false, delim=',', quote='\"', escape='\"', new_line='\\n', max_line_size={4 * Csv.CsvReader.LongestRecord}, " +
        $"columns={{{string.Join(", ", columns.Select(column => $"{Literal(column.Name)}: '{column.Type}'"))}}})";

    private static string List(IEnumerable<string> paths) => string.Join(", ", paths.Select(Literal));
}
