using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.Inference.Texts;

/// <summary><c>/embed</c> and <c>/predict</c>.</summary>
/// <param name="Inputs">A text, or several.</param>
/// <param name="Truncate">Whether a text that is too long is cut; else it is refused.</param>
internal sealed record InputsRequest([property: JsonConverter(typeof(OneOrMore))] IReadOnlyList<string>? Inputs, bool Truncate = false, string? Model = null)
{
    /// <summary>Vectors always have the length 1 here; false is refused.</summary>
    public bool Normalize { get; init; } = true;
}

/// <summary><c>/rerank</c>.</summary>
internal sealed record RerankRequest(
    string? Query, IReadOnlyList<string>? Texts, bool Truncate = false, [property: JsonPropertyName("raw_scores")] bool RawScores = false, [property: JsonPropertyName("return_text")] bool ReturnText = false, string? Model = null);

/// <param name="Index">Of the text in the request.</param>
internal sealed record RankedText(int Index, float Score, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text);

internal sealed record PredictedLabel(float Score, string Label);

/// <summary><c>/v1/embeddings</c>.</summary>
/// <param name="EncodingFormat"><c>float</c> or <c>base64</c>.</param>
internal sealed record EmbeddingsRequest([property: JsonConverter(typeof(OneOrMore))] IReadOnlyList<string>? Input, string? Model = null, [property: JsonPropertyName("encoding_format")] string? EncodingFormat = null, int? Dimensions = null);

internal sealed record EmbeddingsResponse(IReadOnlyList<EmbeddingOfText> Data, string Model, EmbeddingUsage Usage)
{
    public string Object { get; } = "list";
}

/// <param name="Embedding">Numbers, or base64 of their little-endian bytes.</param>
internal sealed record EmbeddingOfText(object Embedding, int Index)
{
    public string Object { get; } = "embedding";
}

internal sealed record EmbeddingUsage([property: JsonPropertyName("prompt_tokens")] int PromptTokens, [property: JsonPropertyName("total_tokens")] int TotalTokens);

/// <summary>A text as a list of one.</summary>
internal sealed class OneOrMore : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => [TextOf(ref reader)],
        JsonTokenType.StartArray => ReadMany(ref reader),
        _ => throw new JsonException("A text or a list of texts is expected."),
    };

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, options);

    private static List<string> ReadMany(ref Utf8JsonReader reader)
    {
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            texts.Add(reader.TokenType == JsonTokenType.String ? TextOf(ref reader) : throw new JsonException("A list of texts is expected; token numbers are not read."));
        return texts;
    }

    /// <summary>An escape may spell half a character, which is no text.</summary>
    private static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A text is not valid Unicode.", exception);
        }
    }
}
