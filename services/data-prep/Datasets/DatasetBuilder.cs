using System.Security.Cryptography;
using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Labelling;
using ModelOps.DataPrep.Labels;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;
using ModelOps.DataPrep.Statistics;

namespace ModelOps.DataPrep.Datasets;

/// <summary>A file of a dataset with the mapping that came with it.</summary>
internal sealed record DatasetSource(UploadedFile File, string? Mapping, int Batch);

/// <summary>A finished version on local disk.</summary>
internal sealed record BuiltDataset(IReadOnlyList<string> Files, string ContentSha256, long EventCursor, DatasetRows Rows, DatasetProfile Profile, DatasetStatistics Statistics, DatasetLineage Lineage, IReadOnlyList<SourceReport> Sources, IReadOnlyList<CheckResult> Checks, Labelling.Labelling Labels);

/// <summary>Sources in, checked and sorted Parquet out; in DuckDB, out of core, the same bytes for the same input at any number of threads.</summary>
internal sealed class DatasetBuilder(EventLogSource eventLog, IOptions<DataPrepOptions> options, TimeProvider time)
{
    /// <param name="folder">An empty folder for the result and whatever does not fit in memory.</param>
    /// <exception cref="UploadException">A source cannot be read, or no row was kept.</exception>
    /// <exception cref="MappingException">A source's columns are not recognised.</exception>
    /// <exception cref="RulesException">The rules cannot be followed.</exception>
    public async Task<BuiltDataset> BuildAsync(
        StoreId store, IReadOnlyList<DatasetSource> sources, DatasetRules rules, IReadOnlyList<LabelAnswer> answers, StorePrivacy privacy, bool includeEventLog, string folder, CancellationToken cancellationToken)
    {
        var checks = new CheckList(rules, time.GetUtcNow());
        using var duck = Open(folder, privacy);
        var rows = new TypedRows(checks);
        var reports = new List<SourceReport>();
        var progress = WorkProgress.Current;
        progress.Begin("reading", 1);
        progress.Announce(sources.Count, sources.DistinctBy(source => source.File.Path).Sum(source => source.File.Bytes));
        for (var number = 0; number < sources.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            reports.Add(StagedSource.Read(duck, rows, number, sources[number].File, sources[number].Mapping is { } yaml ? MappingFile.Parse(yaml) : null, folder));
            // The files of one archive are done with together.
            progress.FileDone(number + 1 < sources.Count && sources[number + 1].File.Path == sources[number].File.Path ? 0 : sources[number].File.Bytes);
        }
        KeepNewestCatalogue(duck, sources);

        long cursor = 0;
        if (includeEventLog)
        {
            (cursor, var logged) = await eventLog.ReadAsync(duck, store, privacy.Data, cancellationToken);
            if (logged.Rows > 0)
                reports.Add(logged);
        }

        progress.Begin("checking");
        HiddenText.RemoveErased(duck, privacy.Erased);
        var results = CheckRun.Run(duck, checks, cancellationToken);
        var counts = CountRows(duck, checks);
        if (counts.Kept == 0 && duck.Scalar<long>("SELECT count(*) FROM staged_products") == 0)
            throw new UploadException("No row was kept. " + string.Join(" ", WhyNone(reports, results)));

        progress.Begin("labelling");
        duck.Execute(CatalogueTable);
        var labels = LabelRun.Run(duck, rules, answers, cancellationToken);
        duck.Execute(UserTagHistory.Tables);
        cancellationToken.ThrowIfCancellationRequested();
        progress.Begin("writing");
        var files = Export(duck, checks, rules, folder);
        var lineage = Lineage(sources, rules, cursor, files, labels.Found);
        progress.Begin("measuring");
        return new BuiltDataset(files, Hash(files.Select(file => lineage.Files[Path.GetFileName(file)])), cursor, counts, Profile(duck), VersionStatistics.Measure(duck), lineage, reports, results, labels);
    }

    private static IEnumerable<string> WhyNone(IEnumerable<SourceReport> reports, IEnumerable<CheckResult> checks) =>
        checks.Where(check => check.Rows > 0 && check.Action is "quarantine" or "drop").Select(check => $"{check.Description}: {check.Rows}.")
            .Concat(reports.SelectMany(report => report.Faults.Select(fault => $"{report.File}, row {fault.Samples[0].Row}, column {fault.Samples[0].Column}: {fault.Fault} ({fault.Rows} rows).")));

    /// <summary>A database on disk holds what does not fit in memory better than memory that spills.</summary>
    private DuckDBConnection Open(string folder, StorePrivacy privacy)
    {
        var duck = new DuckDBConnection($"DataSource={Path.Combine(folder, "rows.duckdb")}");
        duck.Open();
        duck.Execute($"SET memory_limit = '{options.Value.MemoryLimitMegabytes}MB'; SET temp_directory = {Sql.Literal(Path.Combine(folder, "spill"))}; SET TimeZone = 'UTC'; SET force_compression = 'uncompressed';");
        if (options.Value.Threads is { } threads)
            duck.Execute($"SET threads = {threads}");
        Mojibake.Register(duck);
        HiddenText.Register(duck, privacy.Data);
        duck.Execute(TypedRows.Table);
        duck.Execute(StagedSource.Tables);
        return duck;
    }

    private static readonly string[] Described = ["description", "link", "image_link", "gtin", "item_group_id", "google_product_category", TableSchema.Attributes];

    /// <summary>The catalogue as given, in its newest state; without one, what the events say of their products: the usual title and price.</summary>
    private static readonly string CatalogueTable = $"""
        CREATE TABLE catalogue AS
        SELECT item_id, arg_max({HiddenText.Hidden(Mojibake.Mended("title"))}, (source, row)) AS title, arg_max(brand, (source, row)) AS brand, arg_max(category, (source, row)) AS category,
            arg_max({TypedRows.PriceOf("price_text")}, (source, row)) AS price,
            coalesce(arg_max(lower(replace(availability, '_', ' ')) NOT IN ('out of stock', 'false', '0', 'no', 'discontinued'), (source, row)), true) AS available,
            {string.Join(", ", Described.Select(column => $"arg_max({column}, (source, row)) AS {column}"))}
        FROM staged_products WHERE item_id IS NOT NULL GROUP BY item_id;
        INSERT INTO catalogue BY NAME
        SELECT item_id, title, price, true AS available
        FROM (SELECT DISTINCT item_id FROM kept)
            LEFT JOIN (SELECT item_id, arg_max(title, (rows, title)) AS title FROM product_names WHERE title IS NOT NULL GROUP BY item_id) USING (item_id)
            LEFT JOIN (SELECT item_id, arg_max(price, (rows, -price)) AS price FROM (SELECT item_id, price, count(*) AS rows FROM kept WHERE price > 0 GROUP BY ALL) GROUP BY item_id) USING (item_id)
        WHERE (SELECT count(*) FROM staged_products) = 0
        """;

    private static void KeepNewestCatalogue(DuckDBConnection duck, IReadOnlyList<DatasetSource> sources)
    {
        var catalogues = sources.Where(source => source.File.Kind == SourceKind.Products).ToList();
        if (catalogues.Count == 0)
            return;
        var newest = catalogues.Max(source => source.Batch);
        var outdated = Enumerable.Range(0, sources.Count).Where(number => sources[number].File.Kind == SourceKind.Products && sources[number].Batch < newest).ToList();
        if (outdated.Count > 0)
            duck.Execute($"DELETE FROM staged_products WHERE source IN ({string.Join(',', outdated)})");
    }

    private static DatasetRows CountRows(DuckDBConnection duck, CheckList checks)
    {
        var rejected = duck.Scalar<long>("SELECT count(*) FROM rejected");
        var (read, dropped, quarantined) = duck.Rows($"""
            SELECT (SELECT count(*) FROM staged), count(*) FILTER (found & {checks.Mask(RowAction.Drop)} <> 0),
                count(*) FILTER (found & {checks.Mask(RowAction.Drop)} = 0 AND found & {checks.Mask(RowAction.Quarantine)} <> 0) FROM findings
            """, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))[0];
        var others = StagedRows.Schemas.Sum(schema => duck.Scalar<long>($"SELECT count(*) FROM {StagedSource.Table(schema.Kind)}"));
        return new DatasetRows(read + others + rejected, read - dropped - quarantined + others, quarantined + rejected);
    }

    private static List<string> Export(DuckDBConnection duck, CheckList checks, DatasetRules rules, string folder)
    {
        var reasons = string.Join(", ", checks.Rows.Where(row => row.Check.Action == RowAction.Quarantine).Select(row => $"CASE WHEN found & {row.Bit} <> 0 THEN '{row.Check.Name}' END").DefaultIfEmpty("NULL"));
        var files = new (string Name, string Query)[]
        {
            (DatasetFiles.Events, LabelledEvents.Query(duck, rules.Labels ?? new LabelRules())),
            (DatasetFiles.Products, "FROM catalogue ORDER BY item_id"),
            (DatasetFiles.UserTags, "SELECT * FROM user_tags ORDER BY user_id, valid_from"),
            (DatasetFiles.Quarantine, $"""
                SELECT source, row, concat_ws(', ', {reasons}) AS reason,
                    CAST(to_json({"{user_id: user_id, item_id: item_id, event: event"}, time: coalesce(time_text, strftime(time, '%Y-%m-%dT%H:%M:%S.%gZ')), quantity: coalesce(quantity_text, quantity::VARCHAR),
                        price: coalesce(price_text, price::VARCHAR), {"session_id: session_id, title: title}"}) AS VARCHAR) AS raw, NULL AS "column"
                FROM staged JOIN findings ON line = staged.rowid
                WHERE found & {checks.Mask(RowAction.Drop)} = 0 AND found & {checks.Mask(RowAction.Quarantine)} <> 0
                UNION ALL SELECT source, row, reason, {HiddenText.HiddenFree("raw")}, "column" FROM rejected ORDER BY source, row, reason
                """),
        };
        var tables = StagedRows.Present(duck).Select(schema => (Name: $"{schema.Part}.parquet", Query: LabelRun.Export(schema, rules))).ToList();
        foreach (var (name, query) in files.Concat(tables))
            duck.Execute($"COPY ({query}) TO {Sql.Literal(Path.Combine(folder, name))} (FORMAT parquet, COMPRESSION zstd)");
        return [.. files.Concat(tables).Select(file => Path.Combine(folder, file.Name))];
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
        var byName = duck.Rows("SELECT event, count(*) FROM kept GROUP BY event ORDER BY event", row => (row.GetString(0), row.GetInt64(1)));
        var tables = StagedRows.Present(duck).ToDictionary(schema => schema.Part, schema => duck.Scalar<long>($"SELECT count(*) FROM ({StagedRows.Export(schema)})"));
        return duck.Rows("""
            SELECT count(DISTINCT user_id), count(DISTINCT item_id), count(*), (SELECT count(*) FROM catalogue), min(time), max(time),
                -- Made-up timestamps start every user at the same moment: they give an order, no clock.
                (SELECT count(DISTINCT first) < .1 * count(*) FROM (SELECT min(time) AS first FROM kept GROUP BY user_id)) AND count(DISTINCT user_id) > 10
            FROM kept
            """,
            row => new DatasetProfile(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), Utc(row, 4), Utc(row, 5),
                byName.ToDictionary(), HasClock: row.IsDBNull(6) || !row.GetBoolean(6))
            { Tables = tables })[0];
    }

    private static DateTimeOffset? Utc(System.Data.Common.DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : new(DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc));
}
