using System.ComponentModel.DataAnnotations;

namespace ModelOps.Inference.Texts;

/// <summary>The configuration section <c>Texts</c>.</summary>
internal sealed class TextOptions
{
    /// <summary>The model that <c>/embed</c> asks where a request names none.</summary>
    [Required] public string EmbedModel { get; init; } = "text-encoder";

    /// <summary>The model that <c>/rerank</c> asks where a request names none.</summary>
    [Required] public string RerankModel { get; init; } = "text-reranker";

    /// <summary>The model that <c>/predict</c> asks where a request names none.</summary>
    [Required] public string PredictModel { get; init; } = "text-classifier";

    /// <summary>The model that <c>/v1/completions</c> and <c>/v1/chat/completions</c> ask where a request names none.</summary>
    [Required] public string GenerateModel { get; init; } = "text-decoder";

    /// <summary>Tokens that one request may have written.</summary>
    [Range(1, 100_000)] public int MaxNewTokens { get; init; } = 512;

    /// <summary>Texts of one request.</summary>
    [Range(1, 100_000)] public int MaxTexts { get; init; } = 256;

    /// <summary>Characters of one text; what is over the model's tokens is cut anyway, or refused.</summary>
    [Range(1, 100_000_000)] public int MaxCharacters { get; init; } = 1_000_000;

    /// <summary>The largest body of a request, in bytes.</summary>
    [Range(1024, 1024 * 1024 * 1024)] public int MaxRequestBytes { get; init; } = 8 * 1024 * 1024;
}
