using System.Diagnostics;
using System.Numerics.Tensors;
using DuckDB.NET.Data;
using ModelOps.Trainer.Texts;

namespace ModelOps.Bench.TextEncoder;

/// <summary>A classifier that has read nothing but the messages that it learns from, on others, as it is served; beside words alone.</summary>
internal static class Intents
{
    /// <param name="folder">With <c>train.csv</c> and <c>test.csv</c>, each with the columns text and category.</param>
    public static async Task MeasureAsync(string folder, TextOptions options)
    {
        var (train, test) = (await ReadAsync(Path.Combine(folder, "train.csv")), await ReadAsync(Path.Combine(folder, "test.csv")));
        string[] labels = [.. train.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];
        var learned = train.ConvertAll(row => new LabelledText(row.Text, Array.IndexOf(labels, row.Label)));
        string[] texts = [.. test.Select(row => row.Text)];
        int[] expected = [.. test.Select(row => Array.IndexOf(labels, row.Label))];
        var package = Directory.CreateTempSubdirectory("modelops-bench-intents-").FullName;
        try
        {
            var started = Stopwatch.GetTimestamp();
            var report = TextTraining.TrainClassifier(options, [.. train.Select(row => row.Text)], learned, labels, package, (phase, pass, loss) => Console.Error.WriteLine($"{phase} {pass}: {loss:f3}"));
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var said = Enumerable.Range(0, 2).Select(graph =>
            {
                using var exported = new ExportedTexts(package, graph == 0 ? Features.PackageFiles.Model : null);
                return exported.Of(texts).Select(scores => TensorPrimitives.IndexOfMax<float>(scores)).ToArray();
            }).ToArray();
            double Accuracy(int[] labelled) => TextMetrics.Classification(expected, labelled)["accuracy"];
            Console.WriteLine($"{train.Count} messages, {labels.Length} intents, {report.Parameters / 1e6:f1} million weights, {report.Origin}, {seconds:f0} s: accuracy on {test.Count} others {Accuracy(said[0]):p1}, served {Accuracy(said[1]):p1} "
                + $"(8 bits: {report.Export.HasInt8}, cosine {report.Export.Int8Cosine:f4}, agreement {report.Export.Int8Agreement:f3}); words alone (TF-IDF neighbours) {Accuracy([.. TextMetrics.LabelsByWords(learned, texts)]):p1}");
        }
        finally
        {
            Directory.Delete(package, recursive: true);
        }
    }

    private static async Task<List<(string Text, string Label)>> ReadAsync(string path)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A path of the command line's.
        command.CommandText = $"SELECT text, category FROM read_csv('{path.Replace("'", "''", StringComparison.Ordinal)}', header = true)";
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync())
            rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows;
    }
}
