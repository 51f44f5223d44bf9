using DuckDB.NET.Data;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Facts;

/// <summary>
/// What a step has to know of all rows, as a table of counts. It is counted over the rows at hand, or summed up from what parts of them
/// have counted: both give the same table, so that the steps behind it cannot tell whether one replica read the rows or several did.
/// </summary>
/// <param name="Table">The table's name, and its file's.</param>
/// <param name="Counted">The query over the rows.</param>
/// <param name="Summed">The query over <c>parts</c>, the tables of all parts one after the other.</param>
internal sealed record Fact(string Table, string Counted, string Summed)
{
    public void Count(DuckDBConnection duck) => duck.Execute($"CREATE TABLE {Table} AS {Counted}");

    /// <param name="files">Parquet, as <see cref="Export"/> writes it.</param>
    public void Sum(DuckDBConnection duck, IReadOnlyList<string> files)
    {
        if (files.Count == 0)
            Count(duck); // no part had a row; nor has this database
        else
            duck.Execute($"CREATE TABLE {Table} AS WITH parts AS (FROM read_parquet([{string.Join(", ", files.Select(Sql.Literal))}])) {Summed}");
    }

    /// <summary>Writes what a table holds in an order that depends on that alone.</summary>
    public static void Export(DuckDBConnection duck, string query, string path, string order = "ALL") =>
        duck.Execute($"COPY (SELECT * FROM ({query}) ORDER BY {order}) TO {Sql.Literal(path)} (FORMAT parquet, COMPRESSION zstd)");
}
