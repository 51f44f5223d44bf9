using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Facts;
using ModelOps.DataPrep.Labelling;
using ModelOps.DataPrep.Labels;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.SearchLog;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Datasets;

/// <summary>A file of a dataset with the mapping that came with it.</summary>
internal sealed record DatasetSource(UploadedFile File, string? Mapping, int Batch)
{
    public MappingFile? GivenMapping => Mapping is { } yaml ? MappingFile.Parse(yaml) : null;
}

/// <summary>A finished version on local disk.</summary>
internal sealed record BuiltDataset(IReadOnlyList<string> Files, string ContentSha256, long EventCursor, DatasetRows Rows, DatasetProfile Profile, DatasetStatistics Statistics, DatasetLineage Lineage, IReadOnlyList<SourceReport> Sources, IReadOnlyList<CheckResult> Checks, Labelling.Labelling Labels);

/// <summary>Sources in, checked and sorted Parquet out; in DuckDB, out of core, the same bytes for the same input at any number of threads.</summary>
internal sealed class DatasetBuilder(EventLogSource eventLog, SearchLogSource searchLog, IOptions<DataPrepOptions> options, TimeProvider time)
{
    /// <param name="folder">An empty folder for the result and whatever does not fit in memory.</param>
    /// <exception cref="UploadException">A source cannot be read, or no row was kept.</exception>
    /// <exception cref="MappingException">A source's columns are not recognised.</exception>
    /// <exception cref="RulesException">The rules cannot be followed.</exception>
    public async Task<BuiltDataset> BuildAsync(
        StoreId store, IReadOnlyList<DatasetSource> sources, DatasetRules rules, IReadOnlyList<LabelAnswer> answers, StorePrivacy privacy, bool includeEventLog, string folder, CancellationToken cancellationToken)
    {
        var checks = new CheckList(rules, time.GetUtcNow());
        using var duck = Recipe.Open(folder, privacy.Data, options.Value);
        var rows = new TypedRows(checks);
        var reports = new List<SourceReport>();
        var progress = WorkProgress.Current;
        progress.Begin("reading", 1);
        progress.Announce(sources.Count, sources.Sum(source => source.File.Bytes));
        for (var number = 0; number < sources.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            reports.Add(StagedSource.Read(duck, rows, number, sources[number].File, sources[number].GivenMapping, folder));
            progress.FileDone(sources[number].File.Bytes);
        }
        Recipe.KeepNewestCatalogue(duck, sources);

        long cursor = 0;
        if (includeEventLog)
        {
            (cursor, var logged) = await eventLog.ReadAsync(duck, store, privacy.Data, null, cancellationToken);
            if (logged.Rows > 0)
                reports.Add(logged);
            await searchLog.ReadAsync(duck, store, privacy.Data, cursor, cancellationToken);
        }

        progress.Begin("checking");
        HiddenText.RemoveErased(duck, privacy.Erased);
        foreach (var fact in RowFacts.All)
            fact.Count(duck);
        duck.Execute(Recipe.ProductNames);
        var judgement = CheckRun.Judge(duck, checks, cancellationToken);
        var results = CheckRun.Results(duck, checks, judgement.Found.Concat(TableRun.Judge(duck, checks)).ToDictionary());
        var counts = Recipe.CountRows(duck, judgement);
        Recipe.RefuseNothing(duck, counts, reports, results);

        progress.Begin("labelling");
        foreach (var fact in KeptFacts.All)
            fact.Count(duck);
        duck.Execute(Recipe.Catalogue);
        duck.Execute(SearchTables.Prepare);
        var labels = LabelRun.Run(duck, rules, answers, cancellationToken);
        duck.Execute(UserTagHistory.Tables);
        cancellationToken.ThrowIfCancellationRequested();
        progress.Begin("writing");
        var files = Recipe.Export(duck, rules, LabelledEvents.Query(duck, rules.Labels ?? new LabelRules()), "FROM user_tags", CheckRun.Quarantined(checks), folder);
        progress.Begin("measuring");
        return Recipe.Built(duck, files, sources, rules, cursor, counts, reports, results, labels);
    }
}
