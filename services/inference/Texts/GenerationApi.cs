using ModelOps.Contracts;
using ModelOps.Features.Text;

namespace ModelOps.Inference.Texts;

/// <summary>Texts that a deployed decoder goes on with, in the shapes of OpenAI's completions and chat completions; whole answers, one each.</summary>
internal static class GenerationApi
{
    private const int DefaultTokens = 64, MostStops = 4;
    private static readonly string[] Roles = ["system", "developer", ChatText.User, ChatText.Assistant];

    public static void MapGeneration(this IEndpointRouteBuilder texts)
    {
        texts.MapPost("/v1/completions", CompleteAsync).Accepts<CompletionRequest>("application/json").Produces<CompletionResponse>().WithSummary("How a text goes on (OpenAI)");
        texts.MapPost("/v1/chat/completions", ChatAsync).Accepts<ChatRequest>("application/json").Produces<ChatResponse>().WithSummary("The next turn of a conversation (OpenAI)");
    }

    private static async Task<IResult> CompleteAsync(StoreId store, HttpRequest body, TextModels models, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await TextsApi.ReadAsync<CompletionRequest>(body, cancellationToken);
        models.Check(request.Prompt is null ? [] : [request.Prompt], "prompt");
        var (model, written, usage) = await WriteAsync(store, request, request.Prompt!, request.Stop ?? [], models, cancellationToken);
        return TypedResults.Ok(new CompletionResponse(NewId("cmpl"), time.GetUtcNow().ToUnixTimeSeconds(), model, [new CompletionChoice(written.Text, Reason(written))], usage));
    }

    private static async Task<IResult> ChatAsync(StoreId store, HttpRequest body, TextModels models, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await TextsApi.ReadAsync<ChatRequest>(body, cancellationToken);
        var messages = request.Messages ?? [];
        if (messages.Any(message => message is null || !Roles.Contains(message.Role)))
            throw new TextException(TextError.Tokenizer, $"Each of `messages` has a `role`, one of {string.Join(", ", Roles)}, and a `content`; tools are not called here.");
        models.Check([.. messages.Select(message => message.Content!)], "messages");
        var prompt = ChatText.Prompt(messages.Select(message => (message.Role!, message.Content!)));
        var (model, written, usage) = await WriteAsync(store, request, prompt, [ChatText.Stop, .. request.Stop ?? []], models, cancellationToken);
        return TypedResults.Ok(new ChatResponse(NewId("chatcmpl"), time.GetUtcNow().ToUnixTimeSeconds(), model, [new ChatChoice(new ChatMessage(ChatText.Assistant, written.Text.Trim()), Reason(written))], usage));
    }

    /// <summary>As long as was asked for, and as the model's context leaves room for.</summary>
    private static async Task<(string Model, GenerateCall Written, GenerationUsage Usage)> WriteAsync(StoreId store, GenerationRequest request, string prompt, IReadOnlyList<string> stops, TextModels models, CancellationToken cancellationToken)
    {
        var most = request.MaxCompletionTokens ?? request.MaxTokens ?? DefaultTokens;
        if (Wrong(request, most, models.Options.MaxNewTokens) is { } wrong)
            throw new TextException(TextError.Tokenizer, wrong);
        using var use = await models.UseDecoderAsync(store, request.Model ?? models.Options.GenerateModel, cancellationToken);
        var encoded = use.Decoder.Encode(prompt);
        var room = use.Decoder.Description.MaxTokens - encoded.Ids.Length;
        if (encoded.IsTruncated || room < 1)
            throw new TextException(TextError.Validation, $"This model's maximum context length is {use.Decoder.Description.MaxTokens} tokens, and what was sent leaves no room for an answer. Shorten it.");
        var call = new GenerateCall(use.Decoder.Tokenizer, encoded.Ids, Math.Min(most, room), new Choosing(request.Temperature, request.TopP, request.Seed), stops, cancellationToken);
        await use.Decoder.GenerateAsync(call, cancellationToken);
        return (use.Decoder.Name, call, new GenerationUsage(encoded.Ids.Length, call.Count));
    }

    private static string? Wrong(GenerationRequest request, int most, int limit) =>
        most < 1 || most > limit ? $"`max_tokens` is {most}; it goes from 1 to {limit}."
        : request.Temperature is not (>= 0 and <= 2) ? $"`temperature` is {request.Temperature}; it goes from 0 to 2."
        : request.TopP is not (> 0 and <= 1) ? $"`top_p` is {request.TopP}; it is above 0 and at most 1."
        : request.N != 1 ? "`n` is 1 here: ask again for another answer."
        : request.Stream ? "`stream` is false here: answers come whole."
        : request.Stop is { } stops && (stops.Count > MostStops || stops.Any(string.IsNullOrEmpty)) ? $"`stop` is a text, or up to {MostStops}; none is empty."
        : null;

    private static string Reason(GenerateCall written) => written.HasEnded ? "stop" : "length";

    private static string NewId(string kind) => $"{kind}-{Guid.CreateVersion7():N}";
}
