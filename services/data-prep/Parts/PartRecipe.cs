using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Labels;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;
using ModelOps.Privacy;

namespace ModelOps.DataPrep.Parts;

/// <summary>What a part has made, on local disk.</summary>
internal sealed record DonePart(IReadOnlyDictionary<string, string> Files, SliceOrder? Order = null, Judgement? Judgement = null);

/// <summary>The stages of a part: the same steps as <see cref="DatasetBuilder"/> takes, over a slice of the rows or all rows of some users.</summary>
internal sealed class PartRecipe(IOptions<DataPrepOptions> options)
{
    /// <summary>Rows of <c>staged</c>; a type part writes those of each bucket under this name and the bucket's number.</summary>
    public const string Rows = "rows";
    public const string Catalogued = "catalogued";
    public const string Catalogue = "catalogue";
    public const string Kept = "kept";
    public const string Quarantine = "quarantine";
    public const string Events = "events";
    public const string UserTags = "user_tags";

    /// <param name="files">What the part reads, by what it is.</param>
    public DonePart Run(
        PartStage stage, BuildTerms terms, SliceInput? slice, IReadOnlyDictionary<string, IReadOnlyList<string>> files, PersonalData personal, string folder, CancellationToken cancellationToken)
    {
        using var duck = Recipe.Open(folder, personal, options.Value);
        var checks = new CheckList(terms.Rules, terms.Now);
        return stage switch
        {
            PartStage.Type => Type(duck, checks, terms, slice, files, folder),
            PartStage.Judge => Judge(duck, checks, files, folder, cancellationToken),
            _ => Label(duck, terms.Rules, files, folder),
        };
    }

    public static string BucketName(int bucket) => $"{Rows}-{bucket}";

    private static DonePart Type(DuckDBConnection duck, CheckList checks, BuildTerms terms, SliceInput? slice, IReadOnlyDictionary<string, IReadOnlyList<string>> files, string folder)
    {
        if (slice is null)
        {
            duck.Execute($"INSERT INTO staged FROM {Parquet(files[Rows])}");
        }
        else
        {
            var given = slice.Mapping is { } yaml ? MappingFile.Parse(yaml).For(SourceKind.Events) : null;
            var content = new CanonicalFile(slice.Form, files[Rows], slice.Columns, 0, "");
            StagedSource.Fill(duck, new TypedRows(checks), slice.Source, SourceKind.Events, content, ColumnMapping.Resolve(TableSchema.Events, slice.File, slice.Columns, given));
        }
        HiddenText.RemoveErased(duck, terms.Erased);
        var done = new Dictionary<string, string>();
        foreach (var fact in RowFacts.All)
        {
            fact.Count(duck);
            done[fact.Table] = Export(duck, folder, fact.Table, $"FROM {fact.Table}");
        }
        // Sorted by bucket first, so that each bucket is read without the others.
        duck.Execute($"CREATE TABLE divided AS SELECT *, CAST(hash(coalesce(user_id, '')) % {terms.Buckets} AS INTEGER) AS bucket FROM staged ORDER BY bucket, source, row");
        foreach (var bucket in duck.Rows("SELECT DISTINCT bucket FROM divided ORDER BY bucket", row => row.GetInt32(0)))
            done[BucketName(bucket)] = Export(duck, folder, BucketName(bucket), $"SELECT * EXCLUDE (bucket) FROM divided WHERE bucket = {bucket}", "source, row");
        return new DonePart(done, SliceOrder.Of(duck));
    }

    private static DonePart Judge(DuckDBConnection duck, CheckList checks, IReadOnlyDictionary<string, IReadOnlyList<string>> files, string folder, CancellationToken cancellationToken)
    {
        if (files[Rows].Count > 0)
            duck.Execute($"INSERT INTO staged SELECT * FROM {Parquet(files[Rows])} ORDER BY source, row");
        duck.Execute($"INSERT INTO staged_products (item_id) SELECT item_id FROM {Parquet(files[Catalogued])}");
        duck.Execute($"CREATE TABLE {RowFacts.Items.Table} AS FROM {Parquet(files[RowFacts.Items.Table])}");
        var judgement = CheckRun.Judge(duck, checks, cancellationToken);
        var done = new Dictionary<string, string>
        {
            [Kept] = Export(duck, folder, Kept, $"""
                SELECT line, user_id, item_id, event, time, quantity, price, session_id, returned_at
                FROM kept LEFT JOIN (SELECT line, min(returned_at) AS returned_at FROM {ReturnedPurchase.Matches} GROUP BY line) USING (line)
                """, "line"),
            [Quarantine] = Export(duck, folder, Quarantine, CheckRun.Quarantined(checks)),
        };
        foreach (var fact in KeptFacts.All)
        {
            fact.Count(duck);
            done[fact.Table] = Export(duck, folder, fact.Table, $"FROM {fact.Table}");
        }
        return new DonePart(done, Judgement: judgement);
    }

    private static DonePart Label(DuckDBConnection duck, DatasetRules rules, IReadOnlyDictionary<string, IReadOnlyList<string>> files, string folder)
    {
        duck.Execute($"CREATE TABLE kept AS SELECT * EXCLUDE (returned_at) FROM {Parquet(files[Kept])}");
        duck.Execute($"CREATE TABLE {ReturnedPurchase.Matches} AS SELECT line, returned_at FROM {Parquet(files[Kept])} WHERE returned_at IS NOT NULL");
        foreach (var table in new[] { KeptFacts.Hours.Table, KeptFacts.PriceBins.Table, Catalogue })
            duck.Execute($"CREATE TABLE {table} AS FROM {Parquet(files[table])}");
        duck.Execute(UserTagHistory.Tables);
        return new DonePart(new Dictionary<string, string>
        {
            [UserTags] = Export(duck, folder, UserTags, "FROM user_tags", "user_id, valid_from"),
            [Events] = Export(duck, folder, Events, LabelledEvents.Query(duck, rules.Labels ?? new LabelRules(), withLine: true), "user_id, time, line"),
        });
    }

    private static string Export(DuckDBConnection duck, string folder, string name, string query, string order = "ALL")
    {
        var path = Path.Combine(folder, $"{name}.out");
        Fact.Export(duck, query, path, order);
        return path;
    }

    private static string Parquet(IEnumerable<string> paths) => $"read_parquet([{string.Join(", ", paths.Select(Sql.Literal))}])";
}
