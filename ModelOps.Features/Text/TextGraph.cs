namespace ModelOps.Features.Text;

/// <summary>The names of what goes into a text encoder's <c>model.onnx</c> and comes out. Any number of rows, padded on the right to the longest.</summary>
public static class TextGraph
{
    /// <summary>int64 [batch, time]: tokens by number.</summary>
    public const string Ids = "input_ids";

    /// <summary>int64 [batch, time]: 1 for tokens, 0 for padding.</summary>
    public const string Mask = "attention_mask";

    /// <summary>int64 [batch, time]: 1 from where the second text of a pair begins. Only of graphs that read pairs and tell segments apart.</summary>
    public const string Segments = "token_type_ids";

    /// <summary>float32 [batch, dimensions], each of length 1.</summary>
    public const string Vectors = "sentence_embedding";

    /// <summary>float32 [batch, labels], before any softmax or sigmoid; of a decoder [batch, time, tokens]: what comes after each.</summary>
    public const string Scores = "logits";

    /// <summary>int64 [batch, time], of a decoder: where each token stands in the whole text.</summary>
    public const string Positions = "position_ids";

    /// <summary>float32 [batch, heads, past, head], of a decoder, by layer: what it made of the tokens before, and of those and the new ones. The second of one call is the first of the next.</summary>
    public static string Past(int layer, string part) => $"past_key_values.{layer}.{part}";

    /// <summary>See <see cref="Past"/>.</summary>
    public static string Present(int layer, string part) => $"present.{layer}.{part}";

    /// <summary>What a decoder keeps of each token, in each layer.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["key", "value"];
}

/// <summary>How the tokens' vectors become one.</summary>
public static class TextPooling
{
    /// <summary>Their mean.</summary>
    public const string Mean = "mean";

    /// <summary>The first token's.</summary>
    public const string Cls = "cls";
}
