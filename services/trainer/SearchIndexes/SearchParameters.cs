using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelOps.Search.Analysis;
using ModelOps.Trainer.Applications;

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

    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    public static SearchParameters Read(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = ParameterRecord.Read(given, new SearchParameters(), out errors);
        if (!Stemmer.Known.Contains(parameters.Language, StringComparer.OrdinalIgnoreCase))
            errors["language"] = [$"'{parameters.Language}' is no language with a stemmer here; known: {string.Join(", ", Stemmer.Known)}."];
        if (parameters.Synonyms?.Any(group => group is not { Count: > 1 } || group.Any(string.IsNullOrWhiteSpace)) == true)
            errors["synonyms"] = ["'synonyms' is a list of lists, each of two phrases or more with one meaning, as [[\"tv\",\"television\"]]."];
        return parameters;
    }
}
