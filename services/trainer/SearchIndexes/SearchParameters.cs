using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelOps.Search.Analysis;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Texts;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.SearchIndexes;

/// <summary>Parameters of a search's training.</summary>
public sealed record SearchParameters
{
    /// <summary>The catalogue's language, for stemming: en, de, fr, es, it, pt, nl, sv, da, no, fi, ru, zh, or none.</summary>
    public string Language { get; init; } = Stemmer.English;

    /// <summary>Lists of phrases with one meaning.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Synonyms { get; init; }

    /// <summary>Queries, judged or with clicks, that a learning of weights takes at least; with fewer, the defaults hold.</summary>
    [Range(5, 1_000_000)]
    public int LeastQueries { get; init; } = 20;

    /// <summary>Whether weights are learned from clicks too.</summary>
    public bool Clicks { get; init; } = true;

    /// <summary>Whether products and queries get vectors: <see cref="SearchPart"/>.</summary>
    [AllowedValues(SearchPart.None, SearchPart.Auto, SearchPart.Always)]
    public string Dense { get; init; } = SearchPart.None;

    /// <summary>
    /// A registered model of pictures, its champion or, as in <c>pictures:3</c>, a version: products that look like the best by words come
    /// further up, where that is better on queries that it was not learned from.
    /// </summary>
    [RegularExpression(ModelReference.Pattern)]
    public string? Pictures { get; init; }

    /// <summary>A registered model whose champion is a text encoder's package or a published checkpoint, with which the vectors' encoder and the reranker begin; without it the network is made here.</summary>
    [MaxLength(128)]
    public string? Base { get; init; }

    /// <summary>Of the encoder, where it is made here.</summary>
    [Range(1, 12)]
    public int EncoderLayers { get; init; } = 2;

    /// <summary>Of the vectors, where the encoder is made here; a multiple of 32, the width of an attention head.</summary>
    [Range(32, 768)]
    public int EncoderDimensions { get; init; } = 128;

    /// <summary>Tokens of the encoder's vocabulary, where it is made here.</summary>
    [Range(64, 100_000)]
    public int EncoderVocabulary { get; init; } = 8000;

    /// <summary>Tokens of a product that the encoder reads; what is behind them does not count.</summary>
    [Range(8, 512)]
    public int EncoderTokens { get; init; } = 48;

    /// <summary>Passes over the catalogue in which hidden tokens are foretold.</summary>
    [Range(0, 100)]
    public int PretrainingPasses { get; init; } = 5;

    /// <summary>No pass of that begins after so many seconds.</summary>
    [Range(1, 100_000)]
    public double PretrainingSeconds { get; init; } = 300;

    /// <summary>Passes over queries that are made of titles.</summary>
    [Range(0, 100)]
    public int TitlePasses { get; init; } = 3;

    /// <summary>Passes over judged queries; each costs four, because it is measured by folds too. 0 leaves them for measuring.</summary>
    [Range(0, 100)]
    public int JudgedPasses { get; init; } = 2;

    /// <summary>Whether a network that reads a query and a product together orders the best again: <see cref="SearchPart"/>. It learns from judged queries alone.</summary>
    [AllowedValues(SearchPart.None, SearchPart.Auto, SearchPart.Always)]
    public string Rerank { get; init; } = SearchPart.None;

    /// <summary>So many of the best are read again, which a search waits for.</summary>
    [Range(2, 200)]
    public int RerankTop { get; init; } = 20;

    /// <summary>Passes of that network over judged queries; each costs four, because it is measured by folds too.</summary>
    [Range(1, 100)]
    public int RerankPasses { get; init; } = 3;

    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    public static SearchParameters Read(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = ParameterRecord.Read(given, new SearchParameters(), out errors);
        if (!Stemmer.Known.Contains(parameters.Language, StringComparer.OrdinalIgnoreCase))
            errors["language"] = [$"'{parameters.Language}' is no language with a stemmer here; known: {string.Join(", ", Stemmer.Known)}."];
        if (parameters.Synonyms?.Any(group => group is not { Count: > 1 } || group.Any(string.IsNullOrWhiteSpace)) == true)
            errors["synonyms"] = ["'synonyms' is a list of lists, each of two phrases or more with one meaning, as [[\"tv\",\"television\"]]."];
        if (parameters.EncoderDimensions % HeadWidth != 0)
            errors["encoderDimensions"] = [$"{parameters.EncoderDimensions} is no multiple of {HeadWidth}, the width of an attention head."];
        return parameters;
    }

    /// <param name="checkpoint">The folder of <see cref="Base"/>; null where there is none.</param>
    internal TextOptions ToEncoder(string? checkpoint) => new()
    {
        Checkpoint = checkpoint,
        CheckpointName = Base,
        Layers = EncoderLayers,
        Dimensions = EncoderDimensions,
        Heads = EncoderDimensions / HeadWidth,
        Vocabulary = EncoderVocabulary,
        MaxTokens = EncoderTokens,
        PretrainingPasses = PretrainingPasses,
        PretrainingSeconds = PretrainingSeconds,
        Passes = TitlePasses,
        Seed = Seed,
    };

    private const int HeadWidth = 32;
}

/// <summary>Whether a part of a search that must be trained is in its package.</summary>
public static class SearchPart
{
    public const string None = "none";

    /// <summary>Where it is better on queries that it was not learned from, by the lower end of the difference's interval.</summary>
    public const string Auto = "auto";

    public const string Always = "always";
}
