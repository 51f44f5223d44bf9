using System.Security.Cryptography;
using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Labelling;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.SearchLog;
using ModelOps.DataPrep.Sources;
using ModelOps.DataPrep.Statistics;
using ModelOps.Privacy;

namespace ModelOps.DataPrep.Datasets;

/// <summary>The steps from staged rows to a version's files that one replica takes, whether it has judged the rows itself or others have.</summary>
internal static class Recipe
{
    /// <summary>What is known of each product's name: from the catalogue, else from the events.</summary>
    public static readonly string ProductNames = $"""
        CREATE TABLE product_names AS SELECT item_id, title, brand, count(*) AS rows FROM staged_products WHERE item_id IS NOT NULL GROUP BY ALL;
        INSERT INTO product_names SELECT item_id, title, NULL, rows FROM {RowFacts.Titles.Table} WHERE (SELECT count(*) FROM staged_products) = 0
        """;

    /// <summary>A database on disk holds what does not fit in memory better than memory that spills. Opened again, it has what it had.</summary>
    public static DuckDBConnection Open(string folder, PersonalData personal, DataPrepOptions options)
    {
        var path = Path.Combine(folder, "rows.duckdb");
        var isNew = !File.Exists(path);
        var duck = new DuckDBConnection($"DataSource={path}");
        duck.Open();
        duck.Execute($"SET memory_limit = '{options.MemoryLimitMegabytes}MB'; SET temp_directory = {Sql.Literal(Path.Combine(folder, "spill"))}; SET TimeZone = 'UTC'; SET force_compression = 'uncompressed';");
        if (options.Threads is { } threads)
            duck.Execute($"SET threads = {threads}");
        Mojibake.Register(duck);
        HiddenText.Register(duck, personal);
        if (isNew)
        {
            duck.Execute(TypedRows.Table);
            duck.Execute(StagedSource.Tables);
            duck.Execute(SearchLogSource.Tables);
        }
        return duck;
    }

    public static void KeepNewestCatalogue(DuckDBConnection duck, IReadOnlyList<DatasetSource> sources)
    {
        var catalogues = sources.Where(source => source.File.Kind == SourceKind.Products).ToList();
        if (catalogues.Count == 0)
            return;
        var newest = catalogues.Max(source => source.Batch);
        var outdated = Enumerable.Range(0, sources.Count).Where(number => sources[number].File.Kind == SourceKind.Products && sources[number].Batch < newest).ToList();
        if (outdated.Count > 0)
            duck.Execute($"DELETE FROM staged_products WHERE source IN ({string.Join(',', outdated)})");
    }

    public static DatasetRows CountRows(DuckDBConnection duck, Judgement judgement)
    {
        var rejected = duck.Scalar<long>("SELECT count(*) FROM rejected");
        var others = StagedRows.Schemas.Sum(schema => duck.Scalar<long>($"SELECT count(*) FROM {StagedSource.Table(schema.Kind)}"));
        return new DatasetRows(judgement.Read + others + rejected, judgement.Read - judgement.Dropped - judgement.Quarantined + others, judgement.Quarantined + rejected);
    }

    /// <exception cref="UploadException">No row was kept; the message says why.</exception>
    public static void RefuseNothing(DuckDBConnection duck, DatasetRows counts, IEnumerable<SourceReport> reports, IEnumerable<CheckResult> results)
    {
        if (counts.Kept == 0 && duck.Scalar<long>("SELECT count(*) FROM staged_products") == 0)
            throw new UploadException("No row was kept. " + string.Join(" ", WhyNone(reports, results)));
    }

    private static IEnumerable<string> WhyNone(IEnumerable<SourceReport> reports, IEnumerable<CheckResult> checks) =>
        checks.Where(check => check.Rows > 0 && check.Action is "quarantine" or "drop").Select(check => $"{check.Description}: {check.Rows}.")
            .Concat(reports.SelectMany(report => report.Faults.Select(fault => $"{report.File}, row {fault.Samples[0].Row}, column {fault.Samples[0].Column}: {fault.Fault} ({fault.Rows} rows).")));

    private static readonly string[] Described = ["description", "link", "image_link", "gtin", "item_group_id", "google_product_category", TableSchema.Attributes];

    /// <summary>The catalogue as given, in its newest state; without one, what the events say of their products: the usual title and price.</summary>
    public static readonly string Catalogue = $"""
        CREATE TABLE catalogue AS
        SELECT item_id, arg_max({HiddenText.Hidden(Mojibake.Mended("title"))}, (source, row)) AS title, arg_max(brand, (source, row)) AS brand, arg_max(category, (source, row)) AS category,
            arg_max({TypedRows.PriceOf("price_text")}, (source, row)) AS price,
            coalesce(arg_max(lower(replace(availability, '_', ' ')) NOT IN ('out of stock', 'false', '0', 'no', 'discontinued'), (source, row)), true) AS available,
            {string.Join(", ", Described.Select(column => $"arg_max({column}, (source, row)) AS {column}"))}
        FROM staged_products WHERE item_id IS NOT NULL GROUP BY item_id;
        INSERT INTO catalogue BY NAME
        SELECT item_id, title, price, true AS available
        FROM (SELECT DISTINCT item_id FROM {KeptFacts.Items.Table})
            LEFT JOIN (SELECT item_id, arg_max(title, (rows, title)) AS title FROM product_names WHERE title IS NOT NULL GROUP BY item_id) USING (item_id)
            LEFT JOIN (SELECT item_id, arg_max(price, (rows, -price)) AS price FROM {KeptFacts.Items.Table} WHERE price IS NOT NULL GROUP BY item_id) USING (item_id)
        WHERE (SELECT count(*) FROM staged_products) = 0
        """;

    /// <summary>Writes the version's files. The queries' orders are total, so that the bytes depend on the rows alone.</summary>
    /// <param name="events">In its order.</param>
    public static List<string> Export(DuckDBConnection duck, DatasetRules rules, string events, string userTags, string quarantined, string folder)
    {
        var files = new (string Name, string Query)[]
        {
            (DatasetFiles.Events, events),
            (DatasetFiles.Products, "FROM catalogue ORDER BY item_id"),
            (DatasetFiles.UserTags, $"SELECT * FROM ({userTags}) ORDER BY user_id, valid_from"),
            (DatasetFiles.Quarantine, $"""
                SELECT * FROM ({quarantined} UNION ALL SELECT source, row, reason, {HiddenText.HiddenFree("raw")}, "column" FROM rejected) ORDER BY source, row, reason, raw, "column"
                """),
        };
        var tables = StagedRows.Present(duck).Select(schema => (Name: $"{schema.Part}.parquet", Query: LabelRun.Export(schema, rules)))
            .Concat(SearchTables.Present(duck).Select(table => (Name: table.File, table.Query))).ToList();
        foreach (var (name, query) in files.Concat(tables))
            duck.Execute($"COPY ({query}) TO {Sql.Literal(Path.Combine(folder, name))} (FORMAT parquet, COMPRESSION zstd)");
        return [.. files.Concat(tables).Select(file => Path.Combine(folder, file.Name))];
    }

    /// <summary>The version, measured. Needs the tables of <see cref="KeptFacts"/> and <c>catalogue</c>.</summary>
    public static BuiltDataset Built(
        DuckDBConnection duck, IReadOnlyList<string> files, IReadOnlyList<DatasetSource> sources, DatasetRules rules, long cursor, DatasetRows counts,
        IReadOnlyList<SourceReport> reports, IReadOnlyList<CheckResult> results, Labelling.Labelling labels)
    {
        var lineage = Lineage(sources, rules, cursor, files, labels.Found);
        return new BuiltDataset(files, Hash(files.Select(file => lineage.Files[Path.GetFileName(file)])), cursor, counts, Profile(duck), VersionStatistics.Measure(duck, files), lineage, reports, results, labels);
    }

    private static DatasetLineage Lineage(IReadOnlyList<DatasetSource> sources, DatasetRules rules, long cursor, IEnumerable<string> files, IReadOnlyList<LabelAnswer> answers) => new(
        [.. sources.Select(source => new SourceLineage(source.File.Name, source.File.Kind.ToString().ToLowerInvariant(), source.File.Sha256, source.Mapping))],
        rules, CodeVersion.Text, cursor, files.ToDictionary(file => Path.GetFileName(file), Sha256))
    {
        Answers = answers.Count == 0 ? null : new AnswersLineage(answers.Count, Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(answers)))),
    };

    private static string Sha256(string file)
    {
        using var content = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>The version's address: over the hashes of its files, in their order.</summary>
    private static string Hash(IEnumerable<string> sha256) => Convert.ToHexStringLower(SHA256.HashData([.. sha256.SelectMany(Convert.FromHexString)]));

    private static DatasetProfile Profile(DuckDBConnection duck)
    {
        var byName = duck.Rows($"SELECT value, after FROM {VersionStatistics.Values.Table} WHERE name = 'event' AND after > 0 AND value IS NOT NULL ORDER BY value", row => (row.GetString(0), row.GetInt64(1)));
        var tables = StagedRows.Present(duck).Select(schema => (Name: schema.Part, Rows: duck.Scalar<long>($"SELECT count(*) FROM ({StagedRows.Export(schema)})")))
            .Concat(SearchTables.Present(duck).Select(table => (Name: Path.GetFileNameWithoutExtension(table.File), table.Rows))).ToDictionary(table => table.Name, table => table.Rows);
        return duck.Rows($"""
            SELECT (SELECT CAST(coalesce(sum(named), 0) AS BIGINT) FROM {KeptFacts.Firsts.Table}), (SELECT count(DISTINCT item_id) FROM {KeptFacts.Items.Table}),
                (SELECT CAST(coalesce(sum(rows), 0) AS BIGINT) FROM {KeptFacts.Hours.Table}), (SELECT count(*) FROM catalogue),
                (SELECT min(earliest) FROM {KeptFacts.Hours.Table}), (SELECT max(latest) FROM {KeptFacts.Hours.Table}),
                -- Made-up timestamps start every user at the same moment: they give an order, no clock.
                (SELECT count(first) < .1 * sum(users) AND sum(named) > 10 FROM {KeptFacts.Firsts.Table})
            """,
            row => new DatasetProfile(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), Utc(row, 4), Utc(row, 5),
                byName.ToDictionary(), HasClock: row.IsDBNull(6) || !row.GetBoolean(6))
            { Tables = tables })[0];
    }

    private static DateTimeOffset? Utc(System.Data.Common.DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : new(DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc));
}
