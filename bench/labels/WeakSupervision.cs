using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;
using ModelOps.Privacy;

namespace ModelOps.Bench.Labels;

/// <summary>The service's own builder with labelling functions, on messages whose label it does not see.</summary>
internal static class WeakSupervision
{
    public static void Measure(string name, string functions, string truth)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-bench-labels-").FullName;
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        duck.Execute($"CREATE TABLE truth AS SELECT DISTINCT ON (text) text, label FROM ({truth}) AS rows (text, label) WHERE text IS NOT NULL");
        duck.Execute($"COPY (SELECT row_number() OVER (ORDER BY text) AS number, text FROM truth ORDER BY text) TO '{folder}/messages.csv' (HEADER)");
        var rows = duck.Scalar<long>("SELECT count(*) FROM truth");
        var rules = RulesFile.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "functions", functions)), isYaml: true);
        Console.WriteLine($"{name}: {rows} messages, {rules.Labelling![0].Functions.Count} functions for {rules.Labelling[0].Functions.Select(function => function.Label).Distinct().Count()} labels");
        foreach (var combine in new[] { "majority", "weighted" })
        {
            var watch = Stopwatch.StartNew();
            var (built, messages) = Build(Path.Combine(folder, combine), $"{folder}/messages.csv", rules with { Labelling = [rules.Labelling[0] with { Combine = combine }] });
            var column = rules.Labelling[0].Column;
            string Count(string where) => $"count(*) FILTER ({where})";
            Console.WriteLine(duck.Rows($"""
                SELECT count(given), {Count("given = label")}, {Count("confidence >= .7")}, {Count("confidence >= .7 AND given = label")}, avg(confidence) FILTER (confidence >= .7)
                FROM truth JOIN (SELECT DISTINCT ON (text) text, {column} AS given, {column}_confidence AS confidence FROM read_parquet('{messages}')) USING (text)
                """, row => string.Create(CultureInfo.InvariantCulture, $"   {combine,-10} covers {(double)row.GetInt64(0) / rows:P1}, {(double)row.GetInt64(1) / row.GetInt64(0):P1} of these right; from confidence .7 on: {(double)row.GetInt64(2) / rows:P1} of all, {(double)row.GetInt64(3) / Math.Max(1, row.GetInt64(2)):P1} right (thought: {(row.IsDBNull(4) ? 0 : row.GetDouble(4)):P1}); {watch.Elapsed.TotalSeconds:N1} s"))[0]);
            if (combine == "weighted")
                Console.WriteLine($"   thought accuracy of the functions against the true one, weighed by votes: off by {Off(duck, built.Labels.Reports.Single(report => report.Column == column), folder, $"{folder}/messages.csv", rules):P1} on average, .7 for all would be off by {Flat:P1}");
        }
        Directory.Delete(folder, recursive: true);
    }

    private static double Flat;

    /// <summary>The builder again, now with the truth given, which counts how right each function is.</summary>
    private static double Off(DuckDBConnection duck, LabelReport thought, string folder, string csv, DatasetRules rules)
    {
        duck.Execute($"COPY (SELECT row_number() OVER (ORDER BY text) AS number, text, label AS intent FROM truth ORDER BY text) TO '{csv}' (HEADER)");
        var task = rules.Labelling![0];
        var (built, _) = Build(Path.Combine(folder, "known"), csv, rules with { Labelling = [task with { Column = "intent" }] });
        var known = built.Labels.Reports.Single(report => report.Column == "intent").Functions;
        var all = (double)known.Sum(function => function.Known);
        Flat = known.Sum(function => Math.Abs((double)function.Right / Math.Max(1, function.Known) - .7) * function.Known) / all;
        return known.Zip(thought.Functions).Sum(pair => Math.Abs((double)pair.First.Right / Math.Max(1, pair.First.Known) - pair.Second.Accuracy) * pair.First.Known) / all;
    }

    private static (BuiltDataset Built, string Messages) Build(string folder, string csv, DatasetRules rules)
    {
        Directory.CreateDirectory(folder);
        var builder = new DatasetBuilder(null!, null!, Options.Create(new DataPrepOptions()), TimeProvider.System);
        var source = new DatasetSource(new UploadedFile(SourceKind.Messages, "messages.csv", csv, new FileInfo(csv).Length, ""), null, 1);
        var built = builder.BuildAsync(StoreId.Main, [source], rules, [], new StorePrivacy(new PersonalData(new byte[32]), []), includeEventLog: false, folder, CancellationToken.None).GetAwaiter().GetResult();
        return (built, built.Files.Single(file => file.EndsWith(DatasetFiles.Messages, StringComparison.Ordinal)));
    }
}
