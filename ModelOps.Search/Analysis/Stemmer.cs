using System.Collections.Concurrent;
using System.Collections.Frozen;
using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Analysis.De;
using Lucene.Net.Analysis.En;
using Lucene.Net.Analysis.Es;
using Lucene.Net.Analysis.Fr;
using Lucene.Net.Analysis.It;
using Lucene.Net.Analysis.Pt;
using Lucene.Net.Analysis.Snowball;
using Lucene.Net.Analysis.TokenAttributes;

namespace ModelOps.Search.Analysis;

/// <summary>A language's light stemmer: plurals and endings go, the word stays recognisable. Words with digits stay as they are.</summary>
public sealed class Stemmer
{
    public const string English = "en";

    private const int MostKept = 200_000;

    private static readonly FrozenDictionary<string, Func<TokenStream, TokenStream>> Languages = new Dictionary<string, Func<TokenStream, TokenStream>>
    {
        [English] = input => new KStemFilter(input),
        ["de"] = input => new GermanLightStemFilter(input),
        ["fr"] = input => new FrenchLightStemFilter(input),
        ["es"] = input => new SpanishLightStemFilter(input),
        ["it"] = input => new ItalianLightStemFilter(input),
        ["pt"] = input => new PortugueseLightStemFilter(input),
        ["nl"] = input => new SnowballFilter(input, "Dutch"),
        ["sv"] = input => new SnowballFilter(input, "Swedish"),
        ["da"] = input => new SnowballFilter(input, "Danish"),
        ["no"] = input => new SnowballFilter(input, "Norwegian"),
        ["fi"] = input => new SnowballFilter(input, "Finnish"),
        ["ru"] = input => new SnowballFilter(input, "Russian"),
        ["zh"] = input => input,
        ["none"] = input => input,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private readonly Func<TokenStream, TokenStream> filter;
    private readonly ConcurrentDictionary<string, string> kept = new(StringComparer.Ordinal);

    private Stemmer(string language, Func<TokenStream, TokenStream> filter) => (Language, this.filter) = (language, filter);

    public string Language { get; }

    public static IEnumerable<string> Known => Languages.Keys.Order(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The language has no stemmer here.</exception>
    public static Stemmer Of(string language) => Languages.TryGetValue(language, out var filter)
        ? new Stemmer(language, filter)
        : throw new ArgumentException($"There is no stemmer for the language '{language}'; known: {string.Join(", ", Known)}.", nameof(language));

    public string Stem(string word)
    {
        if (kept.TryGetValue(word, out var stem))
            return stem;
        stem = word.Length > 3 && word.All(char.IsLetter) ? Compute(word) : word;
        if (kept.Count < MostKept)
            kept[word] = stem;
        return stem;
    }

    private string Compute(string word)
    {
        using var stream = filter(new KeywordTokenizer(new StringReader(word)));
        stream.Reset();
        var stem = stream.IncrementToken() ? stream.GetAttribute<ICharTermAttribute>().ToString() : word;
        stream.End();
        return stem ?? word;
    }
}
