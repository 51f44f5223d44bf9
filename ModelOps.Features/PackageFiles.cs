namespace ModelOps.Features;

/// <summary>The files of a recommender's package, which the trainer writes and inference reads.</summary>
public static class PackageFiles
{
    /// <summary>Input <c>history</c> int64 [batch, length]; output <c>scores</c> float32 [batch, items + 1], column 0 the padding's.</summary>
    public const string Model = "model.onnx";

    public const string Items = "items.jsonl";
    public const string Shoppers = "shoppers.jsonl";
    public const string Schema = "schema.json";
    public const string ModelCard = "model-card.json";

    /// <summary>A network's weights as it learned them (safetensors), and what their rows stand for: a later training may begin there. Not needed to serve.</summary>
    public const string Weights = "weights.safetensors", WeightsDescription = "weights.json";

    public const string HistoryInput = "history";
    public const string ScoresOutput = "scores";
}
