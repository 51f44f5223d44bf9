using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.SearchLog;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Labelling;

/// <summary>Labels the rows of a version while they are in DuckDB: into <c>catalogue</c>, and <c>shown_…</c> for the other tables that are labelled.</summary>
internal static class LabelRun
{
    /// <summary>Needs <c>catalogue</c>, the staged tables and those of <see cref="SearchTables.Prepare"/>.</summary>
    public static Labelling Run(DuckDBConnection duck, DatasetRules rules, IReadOnlyList<LabelAnswer> answers, CancellationToken cancellationToken)
    {
        var pairs = PairsToJudge.Run(duck, answers);
        var (questions, found) = (pairs.Questions.ToList(), pairs.Found.ToList());
        var tasks = LabelTasks.Of(rules).Select(task => (Task: task, Table: LabelTable.Of(task.Table))).ToList();
        foreach (var table in tasks.Select(task => task.Table).Where(table => table.Kind != SourceKind.Products).Distinct())
            duck.Execute($"CREATE TABLE read_{table.Part} AS {StagedRows.Export(TableSchema.Of(table.Kind))}; CREATE TABLE {table.Rows} AS SELECT rowid AS position, * FROM read_{table.Part}; DROP TABLE read_{table.Part}");
        var reports = new List<LabelReport>();
        foreach (var (task, table) in tasks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var labeller = new Labeller(duck, task, table, [.. answers.Where(answer => (answer.Table, answer.Column) == (task.Table, task.Column))]);
            var report = labeller.Run(cancellationToken);
            // Nothing to say of a catalogue that has all its categories, or none.
            if (task != LabelTasks.Categories || (report.Shop < report.Rows && report.Labels.Count > 0))
                reports.Add(report);
            questions.AddRange(labeller.Questions);
            found.AddRange(labeller.Found);
        }
        return new Labelling(reports, questions, found);
    }

    /// <summary>A table as the version holds it, its labels with it.</summary>
    public static string Export(TableSchema schema, DatasetRules rules) => LabelTasks.Of(rules).Any(task => task.Table == schema.Part)
        ? $"SELECT * EXCLUDE (position) FROM shown_{schema.Part} ORDER BY position"
        : StagedRows.Export(schema);
}
