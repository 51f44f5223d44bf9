namespace ModelOps.Features;

/// <summary>The names of what goes into <c>model.onnx</c> and comes out. Any number of rows; items are indices, 0 the padding.</summary>
public static class PackageGraph
{
    /// <summary>int64 [batch, length], oldest to newest, padded with 0 on the left.</summary>
    public const string History = "history";

    /// <summary>int64 [batch, any]: items that must not be in the answer, padded with 0.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>int64 [batch, any]: items that the shopper counts, each once, padded with 0. Only where <see cref="FeatureSchema.Fusion"/> is.</summary>
    public const string OwnItems = "own_items";

    /// <summary>float32, a count for each of <see cref="OwnItems"/>.</summary>
    public const string OwnCounts = "own_counts";

    /// <summary>int64 [1]: items in each answer, at most the catalogue's and one more, which is the padding.</summary>
    public const string Count = "count";

    /// <summary>int64 [batch, count], best first, of equals the lower index first.</summary>
    public const string Items = "items";

    /// <summary>float32 [batch, count]; −∞ from where on nothing is allowed.</summary>
    public const string Scores = "scores";
}
