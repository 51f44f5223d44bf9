using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Inference.Batching;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Texts;

/// <summary>Texts to vectors, scores, labels and more text, in the shapes of text-embeddings-inference and OpenAI, so that their clients work as they are.</summary>
internal static class TextsApi
{
    private const string Base64 = "base64";

    public static IServiceCollection AddTexts(this IServiceCollection services)
    {
        services.AddOptions<TextOptions>().BindConfiguration("Texts").ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<TextModels>();
    }

    public static void MapTexts(this IEndpointRouteBuilder app)
    {
        var options = app.ServiceProvider.GetRequiredService<IOptions<TextOptions>>().Value;
        var texts = app.MapGroup("").WithTags("Texts").Needs(AccessNeed.Predict).AddEndpointFilter<RouteGroupBuilder, TextErrors>().AddEndpointFilter<RouteGroupBuilder, DeadlineFilter>().WithMetadata(new RequestSizeLimitAttribute(options.MaxRequestBytes));
        texts.MapPost("/embed", EmbedAsync).Accepts<InputsRequest>("application/json").Produces<float[][]>().WithSummary("The vectors of texts (text-embeddings-inference)");
        texts.MapPost("/rerank", RerankAsync).Accepts<RerankRequest>("application/json").Produces<RankedText[]>().WithSummary("Texts by how well they answer a query, best first (text-embeddings-inference)");
        texts.MapPost("/predict", PredictAsync).Accepts<InputsRequest>("application/json").Produces<PredictedLabel[][]>().WithSummary("The labels of texts, likeliest first (text-embeddings-inference)");
        texts.MapPost("/v1/embeddings", EmbeddingsAsync).Accepts<EmbeddingsRequest>("application/json").Produces<EmbeddingsResponse>().WithSummary("The vectors of texts (OpenAI)");
        texts.MapGeneration();
    }

    private static async Task<IResult> EmbedAsync(StoreId store, HttpRequest body, TextModels models, CancellationToken cancellationToken)
    {
        var request = await ReadAsync<InputsRequest>(body, cancellationToken);
        models.Check(request.Inputs ?? [], "inputs");
        using var use = await models.UseAsync(store, request.Model ?? models.Options.EmbedModel, EncoderKind.Embed, cancellationToken);
        return await AnswerAsync(request, use.Encoder, cancellationToken);
    }

    /// <summary>As <c>/embed</c>, of a given encoder.</summary>
    public static async Task<IResult> AnswerAsync(HttpRequest body, TextEncoder encoder, CancellationToken cancellationToken) => await AnswerAsync(await ReadAsync<InputsRequest>(body, cancellationToken), encoder, cancellationToken);

    private static async Task<IResult> AnswerAsync(InputsRequest request, TextEncoder encoder, CancellationToken cancellationToken)
    {
        if (!request.Normalize)
            throw new TextException(TextError.Tokenizer, "Vectors have the length 1 here; `normalize` cannot be false.");
        var (vectors, _) = await VectorsAsync(encoder, request.Inputs!, request.Truncate, "inputs", cancellationToken);
        return TypedResults.Ok(vectors);
    }

    private static async Task<IResult> RerankAsync(StoreId store, HttpRequest body, TextModels models, CancellationToken cancellationToken)
    {
        var request = await ReadAsync<RerankRequest>(body, cancellationToken);
        models.Check(request.Texts ?? [], "texts");
        models.Check(request.Query is null ? [] : [request.Query], "query");
        using var use = await models.UseAsync(store, request.Model ?? models.Options.RerankModel, EncoderKind.Rerank, cancellationToken);
        var encoded = request.Texts!.Select(text => TextModels.Encode(use.Encoder, request.Query!, text, request.Truncate, "texts")).ToList();
        var scores = await Task.WhenAll(encoded.Select(text => use.Encoder.ComputeAsync(text, cancellationToken).AsTask()));
        var ranked = scores.Select((score, index) => new RankedText(index, request.RawScores ? score[0] : Sigmoid(score[0]), request.ReturnText ? request.Texts![index] : null));
        return TypedResults.Ok(ranked.OrderByDescending(text => text.Score).ThenBy(text => text.Index));
    }

    private static async Task<IResult> PredictAsync(StoreId store, HttpRequest body, TextModels models, CancellationToken cancellationToken)
    {
        var request = await ReadAsync<InputsRequest>(body, cancellationToken);
        models.Check(request.Inputs ?? [], "inputs");
        using var use = await models.UseAsync(store, request.Model ?? models.Options.PredictModel, EncoderKind.Classify, cancellationToken);
        var encoded = request.Inputs!.Select(text => TextModels.Encode(use.Encoder, text, null, request.Truncate, "inputs")).ToList();
        var scores = await Task.WhenAll(encoded.Select(text => use.Encoder.ComputeAsync(text, cancellationToken).AsTask()));
        foreach (var row in scores)
            TensorPrimitives.SoftMax<float>(row.ToArray(), row);
        return TypedResults.Ok(scores.Select(row => use.Encoder.Description.Labels.Zip(row, (label, score) => new PredictedLabel(score, label)).OrderByDescending(label => label.Score)));
    }

    private static async Task<IResult> EmbeddingsAsync(StoreId store, HttpRequest body, TextModels models, CancellationToken cancellationToken)
    {
        var request = await ReadAsync<EmbeddingsRequest>(body, cancellationToken);
        models.Check(request.Input ?? [], "input");
        if (request.EncodingFormat is not (null or "float" or Base64))
            throw new TextException(TextError.Tokenizer, $"'encoding_format' is '{request.EncodingFormat}'; known are float and {Base64}.");
        using var use = await models.UseAsync(store, request.Model ?? models.Options.EmbedModel, EncoderKind.Embed, cancellationToken);
        if (request.Dimensions is { } dimensions && dimensions != use.Encoder.Description.Outputs)
            throw new TextException(TextError.Tokenizer, $"'dimensions' is {dimensions}; the vectors of this model have {use.Encoder.Description.Outputs}.");
        var (vectors, tokens) = await VectorsAsync(use.Encoder, request.Input!, truncate: false, "input", cancellationToken);
        object Written(float[] vector) => request.EncodingFormat == Base64 ? Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan())) : vector;
        return TypedResults.Ok(new EmbeddingsResponse([.. vectors.Select((vector, index) => new EmbeddingOfText(Written(vector), index))], use.Encoder.Name, new EmbeddingUsage(tokens, tokens)));
    }

    /// <summary>Read here and not by the framework, whose refusals have another form.</summary>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken) where T : class =>
        await JsonSerializer.DeserializeAsync<T>(request.Body, JsonSerializerOptions.Web, cancellationToken) ?? throw new TextException(TextError.Tokenizer, "The body is null.");

    /// <summary>Every text is encoded before any is computed: one that is refused costs nothing.</summary>
    private static async Task<(float[][] Vectors, int Tokens)> VectorsAsync(TextEncoder encoder, IReadOnlyList<string> texts, bool truncate, string name, CancellationToken cancellationToken)
    {
        EncodedText[] encoded = [.. texts.Select(text => TextModels.Encode(encoder, text, null, truncate, name))];
        var vectors = await Task.WhenAll(texts.Zip(encoded, (text, tokens) => encoder.EmbedAsync(text, tokens, cancellationToken).AsTask()));
        return (vectors, encoded.Sum(text => text.Ids.Length));
    }

    private static float Sigmoid(float score) => 1 / (1 + MathF.Exp(-score));
}
