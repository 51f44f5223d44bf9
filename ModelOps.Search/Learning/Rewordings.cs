using ModelOps.Search.Analysis;
using ModelOps.Search.Queries;

namespace ModelOps.Search.Learning;

/// <summary>A query after which shoppers asked another one, and found with it what they wanted.</summary>
/// <param name="Shoppers">Different ones.</param>
public sealed record Rewording(string Query, string Later, long Shoppers, long Times);

/// <summary>What a rewording suggests: that the one is a way to say, or to misspell, the other.</summary>
/// <param name="Kind"><c>spelling</c> or <c>synonym</c>.</param>
public sealed record RewordingCandidate(string From, string To, string Kind, long Shoppers);

/// <summary>
/// Reads synonyms and misspellings out of rewordings, for people to decide on. Only what was exchanged counts: words that both queries have
/// are left out, and so is what has digits, because another model number is another product, and what was only added or left out, which
/// narrows or widens the wish.
/// </summary>
public static class Rewordings
{
    private const int MostCandidates = 100, MostWords = 2, MostMistakes = 2, ShortestMisspelt = 4;

    public static List<RewordingCandidate> Candidates(IReadOnlyList<Rewording> rewordings, Stemmer stemmer)
    {
        ArgumentNullException.ThrowIfNull(rewordings);
        ArgumentNullException.ThrowIfNull(stemmer);
        return [.. rewordings.Select(rewording => Candidate(rewording, stemmer)).OfType<RewordingCandidate>()
            .GroupBy(candidate => (candidate.From, candidate.To, candidate.Kind)).Select(group => new RewordingCandidate(group.Key.From, group.Key.To, group.Key.Kind, group.Sum(candidate => candidate.Shoppers)))
            .OrderByDescending(candidate => candidate.Shoppers).ThenBy(candidate => candidate.From, StringComparer.Ordinal).ThenBy(candidate => candidate.To, StringComparer.Ordinal).Take(MostCandidates)];
    }

    private static RewordingCandidate? Candidate(Rewording rewording, Stemmer stemmer)
    {
        var (before, after) = (Words(rewording.Query), Words(rewording.Later));
        var (gone, come) = (Without(before, after, stemmer), Without(after, before, stemmer));
        if (gone.Length is 0 or > MostWords || come.Length is 0 or > MostWords)
            return null;
        var (from, to) = (string.Join(' ', gone), string.Join(' ', come));
        if (from.Concat(to).Any(char.IsDigit))
            return null;
        var isMisspelt = from.Length >= ShortestMisspelt && Spelling.Distance(from, to, MostMistakes) is not null;
        return new RewordingCandidate(from, to, isMisspelt ? "spelling" : "synonym", rewording.Shoppers);
    }

    private static string[] Words(string query) => QueryForm.Of(query).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Without(string[] words, string[] others, Stemmer stemmer) => [.. words.Where(word => !others.Any(other => stemmer.Stem(other) == stemmer.Stem(word)))];
}
