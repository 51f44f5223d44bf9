using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.Inference.Texts;

/// <summary>What both of OpenAI's ways to have text written share.</summary>
internal abstract record GenerationRequest
{
    public string? Model { get; init; }

    [JsonPropertyName("max_tokens")] public int? MaxTokens { get; init; }

    [JsonPropertyName("max_completion_tokens")] public int? MaxCompletionTokens { get; init; }

    public double Temperature { get; init; } = 1;

    [JsonPropertyName("top_p")] public double TopP { get; init; } = 1;

    public int? Seed { get; init; }

    [JsonConverter(typeof(OneOrMore))] public IReadOnlyList<string>? Stop { get; init; }

    public int N { get; init; } = 1;

    public bool Stream { get; init; }
}

/// <summary><c>/v1/completions</c>.</summary>
internal sealed record CompletionRequest(string? Prompt) : GenerationRequest;

/// <summary><c>/v1/chat/completions</c>.</summary>
internal sealed record ChatRequest(IReadOnlyList<ChatMessage>? Messages) : GenerationRequest;

internal sealed record ChatMessage(string? Role, [property: JsonConverter(typeof(TextOrParts))] string? Content);

internal sealed record CompletionResponse(string Id, long Created, string Model, IReadOnlyList<CompletionChoice> Choices, GenerationUsage Usage)
{
    public string Object { get; } = "text_completion";
}

internal sealed record CompletionChoice(string Text, [property: JsonPropertyName("finish_reason")] string FinishReason, int Index = 0);

internal sealed record ChatResponse(string Id, long Created, string Model, IReadOnlyList<ChatChoice> Choices, GenerationUsage Usage)
{
    public string Object { get; } = "chat.completion";
}

internal sealed record ChatChoice(ChatMessage Message, [property: JsonPropertyName("finish_reason")] string FinishReason, int Index = 0);

internal sealed record GenerationUsage([property: JsonPropertyName("prompt_tokens")] int PromptTokens, [property: JsonPropertyName("completion_tokens")] int CompletionTokens)
{
    [JsonPropertyName("total_tokens")] public int TotalTokens => PromptTokens + CompletionTokens;
}

/// <summary>A message's content: a text, or parts of which each is one.</summary>
internal sealed class TextOrParts : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var content = JsonDocument.ParseValue(ref reader);
        try
        {
            return content.RootElement.ValueKind == JsonValueKind.Array
                ? string.Concat(content.RootElement.EnumerateArray().Select(part => part.GetProperty("text").GetString()))
                : content.RootElement.GetString();
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException)
        {
            throw new JsonException("A message's 'content' is a text, or a list of parts of the type text.", exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
