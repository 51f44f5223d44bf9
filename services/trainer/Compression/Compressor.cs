using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Onnx.Format;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Compression;

/// <summary>What a variant of a graph, or a smaller network, costs and gives.</summary>
/// <param name="Bytes">Of the file.</param>
/// <param name="Milliseconds">A single history on one thread, the median. Of this machine.</param>
/// <param name="Ndcg10">On the test cases. The deployed model has learned from them, so that only the difference between variants says something.</param>
/// <param name="Loss">Of NDCG@10, relative to the exact graph; below 0 it is better.</param>
/// <param name="Kept">True for the one in the package.</param>
public sealed record VariantReport(string Name, long Bytes, double Milliseconds, double Ndcg10, double Loss, bool Kept)
{
    /// <summary>
    /// Marks the smallest that loses no more than <paramref name="mostLoss"/>. Which one is kept must not depend on how busy the machine
    /// is, so speed is told and has no say.
    /// </summary>
    public static IReadOnlyList<VariantReport> Choose(IReadOnlyList<VariantReport> tried, double mostLoss)
    {
        var kept = tried.Where(variant => variant.Loss <= mostLoss).MinBy(variant => variant.Bytes);
        return [.. tried.Select(variant => variant with { Kept = variant == kept })];
    }
}

/// <summary>Tries the variants of an exported graph, and keeps the smallest that the gate allows.</summary>
public sealed class Compressor
{
    public const string Exact = "exact";
    private const int TimedRows = 300, MostCases = 5000;

    private readonly TrainingParameters parameters;
    private readonly Interactions interactions;
    private readonly Holdout cases;
    private readonly ServedRanker ranker;

    public Compressor(TrainingParameters parameters, Interactions interactions, Holdout test, bool excludeSeen, FrequencyFusion? fusion)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(test);
        (this.parameters, this.interactions, cases) = (parameters, interactions, test.Sample(MostCases, parameters.Seed));
        ranker = new ServedRanker(interactions, cases, parameters.Length, excludeSeen, fusion);
    }

    /// <summary>Replaces <paramref name="modelPath"/> by the variant that is kept.</summary>
    /// <param name="mostLoss">What a variant may lose, relative to that file.</param>
    public IReadOnlyList<VariantReport> Compress(string modelPath, double mostLoss)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(modelPath));
        var paths = new Dictionary<string, string> { [Exact] = modelPath };
        foreach (var variant in parameters.Variants)
        {
            paths[variant.Name] = $"{modelPath}.{variant.Name}";
            File.WriteAllBytes(paths[variant.Name], variant.Of(model).ToByteArray());
        }
        var tried = VariantReport.Choose(Measure(paths), mostLoss);
        File.Move(paths[tried.Single(variant => variant.Kept).Name], modelPath, overwrite: true);
        foreach (var path in paths.Values.Where(path => path != modelPath))
            File.Delete(path);
        return tried;
    }

    /// <summary>Asks each file the same questions.</summary>
    /// <param name="paths">By name; one is <see cref="Exact"/>, from which losses are counted.</param>
    public IReadOnlyList<VariantReport> Measure(IReadOnlyDictionary<string, string> paths)
    {
        var models = paths.ToDictionary(pair => pair.Key, pair => new ExportedModel(pair.Value));
        try
        {
            var quality = models.ToDictionary(pair => pair.Key, pair => RankingMetrics.Mean(ranker.Rank(pair.Value).ByCase()).Ndcg10);
            var times = Times(models);
            return [.. models.Keys.Select(name => new VariantReport(name, new FileInfo(paths[name]).Length, times[name], quality[name], quality[Exact] > 0 ? 1 - quality[name] / quality[Exact] : 0, Kept: false))];
        }
        finally
        {
            foreach (var model in models.Values)
                model.Dispose();
        }
    }

    /// <summary>The variants take turns, so that what else the machine does meets them alike.</summary>
    private Dictionary<string, double> Times(Dictionary<string, ExportedModel> models)
    {
        var times = models.Keys.ToDictionary(name => name, _ => new List<double>());
        foreach (var question in cases.Cases.Take(TimedRows).Select(@case => ranker.QuestionOf(@case.User)))
            foreach (var (name, model) in models)
                times[name].Add(model.Time(question, Math.Min(RankingMetrics.Cutoff, interactions.Vocabulary.Count)));
        return times.ToDictionary(pair => pair.Key, pair => pair.Value.Order().ElementAt(pair.Value.Count / 2));
    }
}
