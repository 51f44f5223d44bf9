// Robertson, Zaragoza: The probabilistic relevance framework: BM25 and beyond. 2009, https://doi.org/10.1561/1500000019
using ModelOps.Features.Text;

namespace ModelOps.Features.Assist;

/// <summary>An entry that a message asks for.</summary>
/// <param name="Score">0 to 1: the share of the best BM25 score that any text could have for the message, words that no entry has included.</param>
public readonly record struct FaqHit(FaqEntry Entry, double Score);

/// <summary>Finds entries by their words: BM25 over question and answer, a word of the question counting three times. Many threads may ask.</summary>
public sealed class FaqIndex
{
    private const double Saturation = 1.2, LengthShare = .75;
    private const int QuestionWeight = 3;

    private readonly IReadOnlyList<FaqEntry> entries;
    private readonly Dictionary<string, List<(int Entry, double Weight)>> postings = new(StringComparer.Ordinal);

    public FaqIndex(IReadOnlyList<FaqEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        this.entries = entries;
        var counted = entries.Select(entry => Words.Of(entry.Question).SelectMany(word => Enumerable.Repeat(word, QuestionWeight)).Concat(Words.Of(entry.Answer)).CountBy(word => word).ToList()).ToList();
        var mean = counted.Select(words => words.Sum(word => word.Value)).DefaultIfEmpty(1).Average();
        for (var entry = 0; entry < counted.Count; entry++)
        {
            var norm = Saturation * (1 - LengthShare + (LengthShare * counted[entry].Sum(word => word.Value) / mean));
            foreach (var (word, count) in counted[entry])
            {
                if (!postings.TryGetValue(word, out var list))
                    postings[word] = list = [];
                list.Add((entry, count * (Saturation + 1) / (count + norm)));
            }
        }
    }

    public int Count => entries.Count;

    public IReadOnlyList<FaqEntry> Entries => entries;

    /// <param name="language">Entries of another language are left out; those that name none stay.</param>
    /// <returns>The best first; of equal ones, the first.</returns>
    public IReadOnlyList<FaqHit> Find(string message, string? language, int most)
    {
        var (scores, possible) = (new Dictionary<int, double>(), 0d);
        foreach (var word in Words.Of(message).Distinct())
        {
            var found = postings.GetValueOrDefault(word);
            var rarity = Math.Log(1 + ((entries.Count - (found?.Count ?? 0) + .5) / ((found?.Count ?? 0) + .5)));
            possible += rarity * (Saturation + 1);
            foreach (var (entry, weight) in found ?? [])
                scores[entry] = scores.GetValueOrDefault(entry) + (rarity * weight);
        }
        return [.. scores.Where(score => Speaks(entries[score.Key], language)).OrderByDescending(score => score.Value).ThenBy(score => score.Key)
            .Take(most).Select(score => new FaqHit(entries[score.Key], Math.Min(1, score.Value / possible)))];
    }

    /// <summary>Entries of an intent, in their order.</summary>
    public IEnumerable<FaqEntry> Of(string category, string? language) =>
        entries.Where(entry => string.Equals(entry.Category, category, StringComparison.OrdinalIgnoreCase) && Speaks(entry, language));

    /// <summary>Whether an entry is for customers of a language; one that names none is for all.</summary>
    public static bool Speaks(FaqEntry entry, string? language)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return language is null || entry.Language is null || entry.Language.StartsWith(language, StringComparison.OrdinalIgnoreCase);
    }
}
