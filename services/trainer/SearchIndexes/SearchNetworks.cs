using ModelOps.Features;
using ModelOps.Trainer.Texts;

namespace ModelOps.Trainer.SearchIndexes;

/// <summary>The text networks of a search: those that its package gets, and what became of those that were trained.</summary>
internal sealed record SearchNetworks
{
    /// <summary>Null where words alone find.</summary>
    public TrainedVectors? Vectors { get; init; }

    /// <summary>The reranker's own package; null where none is used.</summary>
    public string? Reranker { get; init; }

    public TextReport? DenseReport { get; init; }

    public TextReport? RerankReport { get; init; }

    /// <summary>What is served, and no more: one graph each, in 8 bits where that answers alike, and one tokenizer, which both began with.</summary>
    public void CopyTo(string package)
    {
        if (Vectors is not null)
        {
            var graph = GraphOf(Vectors.Folder);
            Copy(Vectors.Folder, PackageFiles.Encoder, package, PackageFiles.Encoder);
            Copy(Vectors.Folder, graph, package, graph);
        }
        if (Reranker is not null)
        {
            Copy(Reranker, PackageFiles.Encoder, package, PackageFiles.Reranker);
            Copy(Reranker, GraphOf(Reranker), package, PackageFiles.RerankerModel);
        }
        if ((Vectors?.Folder ?? Reranker) is { } from)
            Copy(from, PackageFiles.Tokenizer, package, PackageFiles.Tokenizer);
    }

    /// <summary>A part as the model card tells of it; null where it was not trained.</summary>
    public static object? Told(PartDecision? decision, TextReport? report) => decision is null || report is null ? decision : new
    {
        decision.IsUsed,
        decision.Gain,
        decision.Interval,
        decision.Why,
        report.Origin,
        Weights = report.Parameters,
        PretrainingLoss = double.IsFinite(report.PretrainingLoss) ? report.PretrainingLoss : (double?)null,
        report.Export,
    };

    private static string GraphOf(string folder) => File.Exists(Path.Combine(folder, PackageFiles.Int8Model)) ? PackageFiles.Int8Model : PackageFiles.Model;

    private static void Copy(string from, string file, string to, string name) => File.Copy(Path.Combine(from, file), Path.Combine(to, name), overwrite: true);
}
