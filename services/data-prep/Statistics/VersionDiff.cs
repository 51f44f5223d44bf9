using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Statistics;

/// <summary>Compares two versions by their files: rows by a hash of all columns that both have, so that no row is held as text.</summary>
internal static class VersionDiff
{
    private static readonly string[] EventColumns = ["user_id", "item_id", "event", "time", "quantity", "price", "session_id"];
    private static readonly string[] ProductColumns = ["title", "brand", "category", "price", "available"];

    public static (long Added, long Removed, long Same) Events(DuckDBConnection duck, string from, string to) => Rows(duck, EventColumns, from, to);

    /// <summary>Rows of any table, by the columns that both versions have of it.</summary>
    public static (long Added, long Removed, long Same) Rows(DuckDBConnection duck, string from, string to)
    {
        var (before, after) = (Columns(duck, from), Columns(duck, to));
        return Rows(duck, [.. before.Where(column => after.GetValueOrDefault(column.Key) == column.Value).Select(column => Sql.Name(column.Key))], from, to);
    }

    private static (long Added, long Removed, long Same) Rows(DuckDBConnection duck, IReadOnlyList<string> columns, string from, string to) => duck.Rows($"""
        SELECT coalesce(sum(greatest(there - here, 0)), 0)::BIGINT, coalesce(sum(greatest(here - there, 0)), 0)::BIGINT, coalesce(sum(least(here, there)), 0)::BIGINT
        FROM (SELECT count(*) FILTER (version = 0) AS here, count(*) FILTER (version = 1) AS there
            FROM (SELECT 0 AS version, {Hash(columns)} AS row FROM {Parquet(from)} UNION ALL SELECT 1, {Hash(columns)} FROM {Parquet(to)}) GROUP BY row)
        """, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))[0];

    /// <summary>Rows of each table as the kept profiles say, without any file.</summary>
    public static IEnumerable<TableDiff> Tables(DatasetProfile from, DatasetProfile to)
    {
        yield return new TableDiff("events", from.Events, to.Events, null, null);
        yield return new TableDiff("products", from.Products, to.Products, null, null);
        foreach (var table in from.Tables.Keys.Union(to.Tables.Keys).Order(StringComparer.Ordinal))
            yield return new TableDiff(table, from.Tables.GetValueOrDefault(table), to.Tables.GetValueOrDefault(table), null, null);
    }

    public static ProductDiff Products(DuckDBConnection duck, string from, string to) => duck.Rows($"""
        SELECT count(*) FILTER (old.item_id IS NULL), count(*) FILTER (new.item_id IS NULL), count(*) FILTER (old.content <> new.content)
        FROM (SELECT item_id, {Hash(ProductColumns)} AS content FROM {Parquet(from)}) old FULL JOIN (SELECT item_id, {Hash(ProductColumns)} AS content FROM {Parquet(to)}) new USING (item_id)
        """, row => new ProductDiff(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))[0];

    public static IEnumerable<SchemaChange> Schema(DuckDBConnection duck, string file, string from, string to)
    {
        var (before, after) = (Columns(duck, from), Columns(duck, to));
        return before.Keys.Union(after.Keys).Where(column => before.GetValueOrDefault(column) != after.GetValueOrDefault(column))
            .Select(column => new SchemaChange(file, column, before.GetValueOrDefault(column), after.GetValueOrDefault(column)));
    }

    public static IEnumerable<DistributionChange> Distributions(DatasetStatistics from, DatasetStatistics to) =>
        from before in @from.Columns
        join after in to.Columns on before.Column equals after.Column
        where before.After > 0 && after.After > 0 && before.Kind == after.Kind // an attribute may have been words first, and numbers since
        select new DistributionChange(before.Column, Math.Round(Distance(before, after), 4), Median(before), Median(after), after.Kind);

    public static IEnumerable<CheckChange> Checks(DatasetReport from, DatasetReport to) =>
        from check in to.Checks
        let before = @from.Checks.FirstOrDefault(old => old.Check == check.Check)?.Rows ?? 0
        where before != check.Rows
        select new CheckChange(check.Check, before, check.Rows);

    public static LineageDiff Lineage(DatasetLineage from, DatasetLineage to)
    {
        string Mappings(DatasetLineage lineage) => string.Join('\n', lineage.Sources.Select(source => source.Mapping).Where(mapping => mapping is not null).Distinct());
        return new LineageDiff(
            [.. to.Sources.Where(source => from.Sources.All(old => old.Sha256 != source.Sha256)).Select(source => source.File)],
            [.. from.Sources.Where(source => to.Sources.All(now => now.Sha256 != source.Sha256)).Select(source => source.File)],
            System.Text.Json.JsonSerializer.Serialize(from.Rules) != System.Text.Json.JsonSerializer.Serialize(to.Rules),
            Mappings(from) != Mappings(to), from.Code != to.Code, to.EventCursor - from.EventCursor)
        { AnswersChanged = from.Answers != to.Answers };
    }

    /// <summary>Jensen-Shannon over the quantiles' steps for numbers, over the frequent values and the rest for categories.</summary>
    internal static double Distance(ColumnStatistics from, ColumnStatistics to)
    {
        // A histogram of one value has no width to spread another's over.
        var reference = from.Histogram.Count > 1 || to.Histogram.Count <= 1 ? from : to;
        var (p, q) = from.Kind == "category" ? Shares(from, to) : (Steps(reference, from), Steps(reference, to));
        return Math.Sqrt(Math.Max(0, p.Zip(q, (a, b) => (Term(a, (a + b) / 2) + Term(b, (a + b) / 2)) / 2).Sum()));
    }

    private static double Term(double share, double mean) => share > 0 ? share * Math.Log2(share / mean) : 0;

    private static (IReadOnlyList<double>, IReadOnlyList<double>) Shares(ColumnStatistics from, ColumnStatistics to)
    {
        var values = from.Top.Select(value => value.Value).Union(to.Top.Select(value => value.Value)).ToList();
        List<double> Of(ColumnStatistics column)
        {
            var shares = values.Select(value => (column.Top.FirstOrDefault(top => top.Value == value)?.After ?? 0) / (double)column.After).ToList();
            return [.. shares, Math.Max(0, 1 - shares.Sum())];
        }
        return (Of(from), Of(to));
    }

    /// <summary>
    /// The share of <paramref name="column"/> in each bar of <paramref name="reference"/>'s histogram, below it and above it; a bar that lies
    /// across several is spread evenly.
    /// </summary>
    private static List<double> Steps(ColumnStatistics reference, ColumnStatistics column)
    {
        var last = reference.Histogram[^1];
        // A histogram of one value is a bar without a width.
        double[] edges = [double.NegativeInfinity, .. reference.Histogram.Select(bar => bar.From), Math.Max(last.To, Math.BitIncrement(last.From)), double.PositiveInfinity];
        var shares = new double[edges.Length - 1];
        foreach (var bar in column.Histogram)
        {
            for (var i = 0; i < shares.Length; i++)
            {
                var (from, to) = (edges[i], edges[i + 1]);
                var part = bar.To > bar.From ? (Math.Min(to, bar.To) - Math.Max(from, bar.From)) / (bar.To - bar.From) : bar.From >= from && bar.From < to ? 1 : 0;
                shares[i] += Math.Max(0, part) * bar.After / column.After;
            }
        }
        return [.. shares];
    }

    private static double? Median(ColumnStatistics column) => column.Quantiles.FirstOrDefault(quantile => quantile.Share == .5)?.Value;

    private static Dictionary<string, string> Columns(DuckDBConnection duck, string file) =>
        duck.Rows($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {Parquet(file)})", row => (row.GetString(0), row.GetString(1))).ToDictionary();

    private static string Hash(IEnumerable<string> columns) => $"hash({string.Join(", ", columns)})";

    private static string Parquet(string path) => $"read_parquet({Sql.Literal(path)})";
}
