using System.Diagnostics;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Retrieval;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Retrieval;

/// <summary>Makes an index for a catalogue that is worth one, and keeps it only if it finds what the exact graph finds.</summary>
/// <param name="questions">What real shoppers ask, at least one; in no order.</param>
internal sealed class IndexStage(TrainingParameters parameters, FrequencyFusion? fusion, IReadOnlyList<Question> questions)
{
    /// <summary>That are of use.</summary>
    public const int MostQuestions = 8192;

    private const int MostSettling = 512, MostMeasuring = 1024;

    /// <summary>Depths at which recall is measured; rules and variety choose among 701.</summary>
    private static readonly int[] Depths = [10, IndexReport.GatedDepth, 800];

    /// <summary>Of what the gate allows to be missing, what settling leaves: other rows then pass it too.</summary>
    private const double Strictness = 0.7;

    internal static readonly IReadOnlyList<float> AllReaches = [.. Enumerable.Range(4, 29).Select(quarter => quarter / 4f)];

    /// <summary>What is tried, the least first.</summary>
    public IReadOnlyList<float> Reaches { get; init; } = AllReaches;

    /// <param name="modelPath">The exact graph of <paramref name="deployed"/>.</param>
    /// <param name="folder">Where the index and the users' graph are written to, if it is kept.</param>
    /// <exception cref="ParityException">The index scores otherwise than the graph.</exception>
    public IndexReport Write(IRecommender deployed, string modelPath, string folder)
    {
        if (parameters.Index == "none")
            return IndexReport.None("The parameter 'index' is none.");
        if (deployed.Items < parameters.IndexFrom)
            return IndexReport.None($"{deployed.Items} items are fewer than 'indexFrom', {parameters.IndexFrom}: the graph scores them all as fast.");
        if (ProductModel.Of(deployed) is not { } model)
            return IndexReport.None("Models that count neighbours are part of the deployed one, and their scores are no products of vectors. With 'fuse' none the network is deployed alone, and indexed.");
        var started = Stopwatch.GetTimestamp();
        var (indexPath, userPath) = (Path.Combine(folder, PackageFiles.Index), Path.Combine(folder, PackageFiles.User));
        var (vectors, lists) = Make(model, indexPath, userPath);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var report = Measure(model, vectors, modelPath, indexPath, userPath) with { Lists = lists, Bytes = new FileInfo(indexPath).Length, Seconds = Math.Round(seconds, 1) };
        if (report.Kept)
        {
            IndexWriter.Settle(indexPath, report.Reach, report.Depth);
            return report;
        }
        File.Delete(indexPath);
        File.Delete(userPath);
        return report;
    }

    /// <summary>Whether some shoppers make the index and others measure it; where there are too few, all do both.</summary>
    private bool IsSplit => questions.Count >= MostMeasuring + MostSettling;

    private (float[] Vectors, int Lists) Make(ProductModel model, string indexPath, string userPath)
    {
        File.WriteAllBytes(userPath, model.Graph(parameters.Architecture).Build().ToByteArray());
        var vectors = model.Vectors();
        using var users = new UserModel(userPath, vectors, model.Dimensions, model.Length);
        var asked = users.Vectors((IsSplit ? questions.Skip(MostMeasuring) : questions).SelectMany(question => question.History.ToArray()).ToArray());
        var plan = IndexBuilder.Plan(vectors, asked, model.Dimensions, parameters.Seed);
        IndexWriter.Write(indexPath, vectors, plan);
        IndexWriter.Settle(indexPath, Reaches[^1], Depths[^1]);
        return (vectors, plan.Lists);
    }

    private IndexReport Measure(ProductModel model, float[] vectors, string modelPath, string indexPath, string userPath)
    {
        var measured = questions.Take(MostMeasuring).ToList();
        var settling = IsSplit ? questions.Skip(MostMeasuring).Take(MostSettling).ToList() : measured;
        using var comparison = new IndexComparison(model, vectors, modelPath, indexPath, userPath, fusion);
        var (settledRows, rows) = (comparison.Ask(settling, Depths[^1]), comparison.Ask(measured, Depths[^1]));
        var enough = 1 - (1 - parameters.IndexRecall) * Strictness;
        var (low, high) = (0, Reaches.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Depths.All(depth => comparison.Recall(settledRows, Reaches[middle], depth) >= enough) ? (low, middle) : (middle + 1, high);
        }
        var reach = Reaches[low];
        var recall = Depths.ToDictionary(depth => depth, depth => comparison.Recall(rows, reach, depth));
        var depth = Depths.TakeWhile(depth => recall[depth] >= parameters.IndexRecall).LastOrDefault();
        var kept = depth >= IndexReport.GatedDepth;
        var (milliseconds, graphMilliseconds) = comparison.Times(rows, reach, IndexReport.GatedDepth);
        return new IndexReport(
            kept,
            kept ? $"It finds {recall[IndexReport.GatedDepth]:p2} of the first {IndexReport.GatedDepth}, at least 'indexRecall'." : $"It finds {recall[IndexReport.GatedDepth]:p2} of the first {IndexReport.GatedDepth}, less than 'indexRecall', {parameters.IndexRecall:p2}: the graph answers.",
            recall.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value, 5)), depth, rows.Count, Reach: reach, Parity: comparison.Parity(rows, reach, IndexReport.GatedDepth),
            Milliseconds: Math.Round(milliseconds, 3), GraphMilliseconds: Math.Round(graphMilliseconds, 3));
    }
}
