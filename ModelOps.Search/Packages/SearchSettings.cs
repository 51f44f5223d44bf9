using ModelOps.Search.Analysis;
using ModelOps.Search.Ranking;

namespace ModelOps.Search.Packages;

/// <summary>How a package's catalogue is searched: <c>search.json</c>.</summary>
public sealed record SearchSettings
{
    /// <summary>Of the stemmer; see <see cref="Stemmer.Known"/>.</summary>
    public string Language { get; init; } = Stemmer.English;

    public SearchWeights Weights { get; init; } = SearchWeights.Default;

    /// <summary>Of the package's reranker; null without one.</summary>
    public RerankSettings? Rerank { get; init; }

    /// <summary>Each a list of phrases with one meaning.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Synonyms { get; init; } = [];

    /// <summary>What shoppers asked for, with how often; they are suggested.</summary>
    public IReadOnlyList<AskedQuery> Queries { get; init; } = [];

    /// <summary>Up to which event the package knows shoppers.</summary>
    public long EventCursor { get; init; }
}

/// <param name="Count">How often it was asked.</param>
public sealed record AskedQuery(string Text, double Count);
