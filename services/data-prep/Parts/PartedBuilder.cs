using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Labelling;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.SearchLog;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Parts;

/// <summary>
/// Makes a version in parts that all replicas share: the same bytes as <see cref="DatasetBuilder"/>. It lays the files out itself, which is
/// where they are refused, and hands on slices of them; sums up what the parts have counted; and puts their sorted results together. Each
/// part's result is kept until the build ends, so whatever interrupts it costs what was not finished.
/// </summary>
internal sealed class PartedBuilder(Builds builds, BuildBlobs blobs, PartRequests parts, EventLogSource eventLog, SearchLogSource searchLog, IOptions<DataPrepOptions> options, TimeProvider time)
{
    private const int MostBuckets = 256;

    private readonly Builds builds = builds;
    private readonly BuildBlobs blobs = blobs;
    private readonly PartRequests parts = parts;
    private readonly EventLogSource eventLog = eventLog;
    private readonly SearchLogSource searchLog = searchLog;
    private readonly IOptions<DataPrepOptions> options = options;

    /// <summary>Attempts to go on after a lost blob; then whoever asked is tried again.</summary>
    private const int MostRounds = 5;

    /// <summary>Whether the events are more than one part.</summary>
    public bool IsFor(IReadOnlyList<DatasetSource> sources) => BytesOf(sources) > options.Value.PartBytes;

    /// <inheritdoc cref="DatasetBuilder.BuildAsync"/>
    /// <exception cref="PartFailedException">The machines could not do a part; another attempt goes on from there.</exception>
    public async Task<BuiltDataset> BuildAsync(
        BuildRow build, StoreId store, IReadOnlyList<DatasetSource> sources, DatasetRules rules, IReadOnlyList<LabelAnswer> answers, StorePrivacy privacy, bool includeEventLog, string folder, CancellationToken cancellationToken)
    {
        var buckets = (int)Math.Clamp(BytesOf(sources) / options.Value.PartBytes + 1, 1, MostBuckets);
        var erased = privacy.Erased.OrderBy(user => user.Pseudonym, StringComparer.Ordinal).ToList();
        var terms = await builds.AgreeAsync(build, new BuildTerms(time.GetUtcNow(), rules, erased, includeEventLog, buckets), cancellationToken);
        for (var round = 1; ; round++)
        {
            var work = Directory.CreateDirectory(Path.Combine(folder, $"round-{round}")).FullName;
            try
            {
                return await new Attempt(this, build, terms, store, sources, answers, privacy, work).RunAsync(cancellationToken);
            }
            catch (LostBlobException) when (round < MostRounds)
            {
                // The next round finds out what is left, and makes the rest again.
                Directory.Delete(work, recursive: true);
                terms = JsonSerializer.Deserialize<BuildTerms>(build.Terms!)!;
            }
        }
    }

    private static double BytesOf(IReadOnlyList<DatasetSource> sources) => sources.Where(source => source.File.Kind == SourceKind.Events).Sum(source => (double)source.File.Unpacked);

    /// <summary>One way through all stages. Between them the database is closed, so that the parts that are done here have its memory.</summary>
    private sealed class Attempt(
        PartedBuilder builder, BuildRow build, BuildTerms terms, StoreId store, IReadOnlyList<DatasetSource> sources, IReadOnlyList<LabelAnswer> answers, StorePrivacy privacy, string folder)
    {
        private readonly CheckList checks = new(terms.Rules, terms.Now);
        private readonly List<SourceReport> reports = [];
        private IReadOnlySet<string> there = new HashSet<string>();
        private int slices;
        private long cursor;

        public async Task<BuiltDataset> RunAsync(CancellationToken cancellationToken)
        {
            var progress = WorkProgress.Current;
            progress.Begin("reading", 1);
            progress.Announce(sources.Count, sources.Sum(source => source.File.Bytes));
            there = await builder.blobs.ListAsync(build, cancellationToken);
            using (var duck = Open())
            {
                await LayOutAsync(duck, cancellationToken);
            }
            var typed = await builder.parts.ResultsAsync(build, PartStage.Type, slices, cancellationToken);

            progress.Begin("checking");
            IReadOnlyDictionary<string, IReadOnlyList<string>> facts;
            using (var duck = Open())
            {
                await SumAsync(duck, RowFacts.All, typed, cancellationToken);
                duck.Execute(Recipe.ProductNames);
                facts = await PutAsync(duck, [(RowFacts.Items.Table, $"FROM {RowFacts.Items.Table}"), (PartRecipe.Catalogued, "SELECT DISTINCT item_id FROM staged_products WHERE item_id IS NOT NULL")], cancellationToken);
            }
            for (var bucket = 0; bucket < terms.Buckets; bucket++)
            {
                var rows = typed.Select(slice => slice.Blobs.GetValueOrDefault(PartRecipe.BucketName(bucket))).OfType<string>().ToList();
                await AskAsync(PartStage.Judge, bucket, new PartInput(null, new Dictionary<string, IReadOnlyList<string>>(facts) { [PartRecipe.Rows] = rows }), cancellationToken);
            }
            var judged = await builder.parts.ResultsAsync(build, PartStage.Judge, terms.Buckets, cancellationToken);

            progress.Begin("labelling");
            DatasetRows counts;
            IReadOnlyList<CheckResult> results;
            Labelling.Labelling labels;
            using (var duck = Open())
            {
                var judgement = Judgement.Sum([.. judged.Select(part => part.Judgement!)]);
                var order = KeyValuePair.Create(new TimeOrder().Name, SliceOrder.Sum(duck, typed.Select(slice => slice.Order).OfType<SliceOrder>()));
                results = CheckRun.Results(duck, checks, judgement.Found.Append(order).Concat(TableRun.Judge(duck, checks)).ToDictionary());
                counts = Recipe.CountRows(duck, judgement);
                Recipe.RefuseNothing(duck, counts, reports, results);
                await SumAsync(duck, KeptFacts.All, judged, cancellationToken);
                duck.Execute(Recipe.Catalogue);
                duck.Execute(SearchTables.Prepare);
                labels = LabelRun.Run(duck, terms.Rules, answers, cancellationToken);
                facts = await PutAsync(duck,
                [
                    (KeptFacts.Hours.Table, $"FROM {KeptFacts.Hours.Table}"), (KeptFacts.PriceBins.Table, $"FROM {KeptFacts.PriceBins.Table}"),
                    (PartRecipe.Catalogue, "SELECT item_id, category, brand FROM catalogue"),
                ], cancellationToken);
            }
            for (var bucket = 0; bucket < terms.Buckets; bucket++)
                await AskAsync(PartStage.Label, bucket, new PartInput(null, new Dictionary<string, IReadOnlyList<string>>(facts) { [PartRecipe.Kept] = [judged[bucket].Blobs[PartRecipe.Kept]] }), cancellationToken);
            var labelled = await builder.parts.ResultsAsync(build, PartStage.Label, terms.Buckets, cancellationToken);

            progress.Begin("writing");
            var events = Parquet(await FetchAsync(PartRecipe.Events, labelled, cancellationToken));
            var userTags = Parquet(await FetchAsync(PartRecipe.UserTags, labelled, cancellationToken));
            var quarantined = Parquet(await FetchAsync(PartRecipe.Quarantine, judged, cancellationToken));
            using (var duck = Open())
            {
                var files = Recipe.Export(duck, terms.Rules, $"SELECT * EXCLUDE (line) FROM {events} ORDER BY user_id, time, line", $"FROM {userTags}", $"FROM {quarantined}", folder);
                return Recipe.Built(duck, files, sources, terms.Rules, cursor, counts, reports, results, labels);
            }
        }

        private DuckDBConnection Open() => Recipe.Open(folder, privacy.Data, builder.options.Value);

        /// <summary>Reads all tables but the events, and asks for the events' slices as soon as a file is laid out.</summary>
        private async Task LayOutAsync(DuckDBConnection duck, CancellationToken cancellationToken)
        {
            for (var number = 0; number < sources.Count; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var source = sources[number];
                if (source.File.Kind == SourceKind.Events)
                    await SliceAsync(duck, number, source, cancellationToken);
                else
                    reports.Add(StagedSource.Read(duck, new TypedRows(checks), number, source.File, source.GivenMapping, folder));
                WorkProgress.Current.FileDone(source.File.Bytes);
            }
            Recipe.KeepNewestCatalogue(duck, sources);
            if (terms.IncludeEventLog)
            {
                await ReadLogAsync(duck, cancellationToken);
                await builder.searchLog.ReadAsync(duck, store, privacy.Data, cursor, cancellationToken);
            }
            HiddenText.RemoveErased(duck, terms.Erased);
        }

        private async Task SliceAsync(DuckDBConnection duck, int number, DatasetSource source, CancellationToken cancellationToken)
        {
            using var laidOut = LaidOutSource.Read(duck, number, source.File, source.GivenMapping, folder, builder.options.Value.PartBytes);
            foreach (var path in laidOut.Content.Rows > 0 ? laidOut.Content.Paths : [])
            {
                var blob = await builder.blobs.PutAsync(build, path, cancellationToken);
                File.Delete(path);
                var slice = new SliceInput(number, source.File.Name, laidOut.Content.Form, laidOut.Content.Columns, source.Mapping);
                await AskAsync(PartStage.Type, slices++, new PartInput(slice, Only(PartRecipe.Rows, blob)), cancellationToken);
            }
            reports.Add(laidOut.Save(duck));
        }

        /// <summary>The event log's rows are a slice of their own. They are read once, up to one position; again only if the storage has lost them.</summary>
        private async Task ReadLogAsync(DuckDBConnection duck, CancellationToken cancellationToken)
        {
            var log = terms.Log;
            if (log is null || (log.Blob is { } known && !there.Contains(known)))
            {
                var (position, report) = await builder.eventLog.ReadAsync(duck, store, privacy.Data, log?.Cursor, cancellationToken);
                var blob = report.Rows == 0 ? null : (await PutAsync(duck, [(PartRecipe.Rows, "FROM staged")], cancellationToken))[PartRecipe.Rows][0];
                duck.Execute("DELETE FROM staged");
                await builder.builds.KeepAsync(build, terms with { Log = log = new ReadLog(position, report, blob) }, cancellationToken);
            }
            cursor = log.Cursor;
            if (log.Blob is not { } rows)
                return;
            reports.Add(log.Report);
            await AskAsync(PartStage.Type, slices++, new PartInput(null, Only(PartRecipe.Rows, rows)), cancellationToken);
        }

        private Task AskAsync(PartStage stage, int number, PartInput input, CancellationToken cancellationToken) =>
            builder.parts.AskAsync(build, stage, number, input, there, cancellationToken);

        private async Task SumAsync(DuckDBConnection duck, IReadOnlyList<Fact> facts, IReadOnlyList<PartResult> results, CancellationToken cancellationToken)
        {
            foreach (var fact in facts)
            {
                var files = await FetchAsync(fact.Table, results, cancellationToken);
                fact.Sum(duck, files);
                foreach (var file in files)
                    File.Delete(file);
            }
        }

        /// <summary>Of each part's result the blob of that name, on local disk.</summary>
        private async Task<IReadOnlyList<string>> FetchAsync(string name, IReadOnlyList<PartResult> results, CancellationToken cancellationToken)
        {
            var paths = new List<string>();
            foreach (var result in results)
            {
                var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{paths.Count:D5}.in"));
                await builder.blobs.GetAsync(build, result.Blobs[name], path, cancellationToken);
                paths.Add(path);
            }
            return paths;
        }

        /// <summary>Puts tables into blob storage for the parts; again if the storage has lost them.</summary>
        private async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> PutAsync(DuckDBConnection duck, IEnumerable<(string Name, string Query)> tables, CancellationToken cancellationToken)
        {
            var put = new Dictionary<string, IReadOnlyList<string>>();
            foreach (var (name, query) in tables)
            {
                var path = Path.Combine(folder, $"{name}.out");
                Fact.Export(duck, query, path);
                put[name] = [await builder.blobs.PutAsync(build, path, cancellationToken)];
                File.Delete(path);
            }
            return put;
        }

        private static Dictionary<string, IReadOnlyList<string>> Only(string name, string blob) => new() { [name] = [blob] };

        private static string Parquet(IEnumerable<string> paths) => $"read_parquet([{string.Join(", ", paths.Select(Sql.Literal))}])";
    }
}
