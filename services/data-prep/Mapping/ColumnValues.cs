using DuckDB.NET.Data;
using ModelOps.Contracts.Events;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Mapping;

/// <summary>What a column's values look like; the numbers are shares of the filled ones.</summary>
internal sealed record ColumnValues(string Column, double Filled, double Distinct, long Kinds, double Times, double Numbers, double Prices, double Flags, double Events, double Links, double Gtins, double Length, IReadOnlyList<string> Samples)
{
    private const int MostSamples = 3;

    /// <param name="table">A table whose columns are texts.</param>
    public static ColumnValues Of(DuckDBConnection duck, string table, string column)
    {
        var value = $"nullif(trim({Sql.Name(column)}), '')";
        string Share(string condition) => $"coalesce(avg(CASE WHEN {condition} THEN 1.0 ELSE 0.0 END), 0)::DOUBLE";
        var names = string.Join(", ", EventNames.Accepted.Keys.Select(name => Sql.Literal(name.ToLowerInvariant())));
        var samples = duck.Rows($"SELECT value FROM (SELECT {value} AS value, min(rowid) AS first FROM {table} GROUP BY value) WHERE value IS NOT NULL ORDER BY first LIMIT {MostSamples}", row => row.GetString(0));
        return duck.Rows($"""
            SELECT (SELECT count(*) FROM {table}), count(*), count(DISTINCT value), {Share($"{FieldSql.Time("value")} IS NOT NULL")}, {Share("TRY_CAST(value AS DOUBLE) IS NOT NULL")},
                {Share($"regexp_matches(value, '[0-9]') AND length(value) < 20 AND {FieldSql.Value(FieldType.Price, "value")} IS NOT NULL")}, {Share($"{FieldSql.Value(FieldType.Flag, "value")} IS NOT NULL")},
                {Share($"lower(value) IN ({names})")}, {Share("regexp_matches(value, '^https?://')")}, {Share("regexp_full_match(value, '[0-9]{8}|[0-9]{12,14}')")}, coalesce(avg(length(value)), 0)::DOUBLE
            FROM (SELECT {value} AS value FROM {table}) WHERE value IS NOT NULL
            """, row => new ColumnValues(column, row.GetInt64(0) == 0 ? 0 : (double)row.GetInt64(1) / row.GetInt64(0), row.GetInt64(1) == 0 ? 0 : (double)row.GetInt64(2) / row.GetInt64(1), row.GetInt64(2),
                row.GetDouble(3), row.GetDouble(4), row.GetDouble(5), row.GetDouble(6), row.GetDouble(7), row.GetDouble(8), row.GetDouble(9), row.GetDouble(10), samples))[0];
    }

    /// <summary>From 0 to 1: how well the values suit the field.</summary>
    public double Suits(TableSchema schema, Field field) => Filled == 0 ? 0 : field switch
    {
        { Type: FieldType.Time } => Times,
        { Type: FieldType.Number } => Numbers * (1 - Times),
        { Type: FieldType.Price } => Prices * (1 - Times),
        { Type: FieldType.Flag } => Flags,
        { Name: TableSchema.Event } => Events,
        { Name: "link" or "image_link" } => Links,
        { Name: "gtin" } => Gtins,
        { Name: TableSchema.Item } when schema.Kind == SourceKind.Products => IsId * Distinct,
        { Name: TableSchema.User } when schema.Kind == SourceKind.Users => IsId * Distinct,
        { Type: FieldType.Id } => IsId * (Distinct < 1 || Kinds < 20 ? 1 : .5),
        { Name: "treatment" or "intent" or TableSchema.Category or "brand" or "gender" or "country" or "language" or "segment" or TableSchema.Availability } => IsWord * (1 - Distinct * .8),
        { Name: "text" or "answer" or "question" or "description" } => IsWord * Math.Min(1, Length / 30),
        _ => IsWord,
    };

    private double IsId => Length is > 0 and <= 40 ? (1 - Links) * (1 - Times) * (1 - Events) : 0;

    private double IsWord => (1 - Numbers) * (1 - Times) * (1 - Links);
}
