using ModelOps.Search.Analysis;

namespace ModelOps.Search.Queries;

/// <summary>Words that mean the same, or that one should find under the other.</summary>
public sealed class Synonyms
{
    private readonly Dictionary<string, List<IReadOnlyList<string>>> ways = new(StringComparer.Ordinal);

    /// <param name="groups">Each a list of phrases with one meaning.</param>
    public Synonyms(IEnumerable<IReadOnlyList<string>> groups, Stemmer stemmer)
    {
        ArgumentNullException.ThrowIfNull(groups);
        foreach (var group in groups)
        {
            var phrases = group.Select(phrase => ProductText.Read(phrase).Where(token => token.Kind == TokenKind.Word).Select(token => stemmer.Stem(token.Text)).ToArray()).Where(phrase => phrase.Length > 0).ToList();
            foreach (var phrase in phrases)
            {
                if (!ways.TryGetValue(Key(phrase), out var others))
                    ways[Key(phrase)] = others = [];
                others.AddRange(phrases.Where(other => !other.SequenceEqual(phrase)));
            }
            Longest = Math.Max(Longest, phrases.Select(phrase => phrase.Length).DefaultIfEmpty(0).Max());
        }
    }

    /// <summary>Of how many words the longest phrase is.</summary>
    public int Longest { get; private set; }

    internal IReadOnlyList<IReadOnlyList<string>> Of(params ReadOnlySpan<string> phrase) => ways.GetValueOrDefault(Key(phrase)) ?? [];

    private static string Key(ReadOnlySpan<string> phrase) => string.Join(' ', phrase);
}
