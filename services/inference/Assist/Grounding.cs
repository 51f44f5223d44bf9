using System.Text.RegularExpressions;

namespace ModelOps.Inference.Assist;

/// <summary>Whether a worded answer stays with the text that it is from.</summary>
internal static partial class Grounding
{
    private const int LongestAnswer = 2000;

    /// <summary>Share of the answer's words that the text must have; the rest is how one speaks.</summary>
    private const double LeastShared = .4;

    /// <returns>False where the answer has a number, an address or a link of its own, or is mostly about something else.</returns>
    public static bool Holds(string? worded, string source)
    {
        if (string.IsNullOrWhiteSpace(worded) || worded.Length > LongestAnswer)
            return false;
        if (Facts().Matches(worded).Any(fact => !source.Contains(fact.Value.TrimEnd('.', ','), StringComparison.OrdinalIgnoreCase)))
            return false;
        var known = Features.Text.Words.Of(source).ToHashSet(StringComparer.Ordinal);
        var said = Features.Text.Words.Of(worded).ToList();
        return said.Count > 0 && said.Count(known.Contains) >= LeastShared * said.Count;
    }

    /// <summary>Numbers, links and mail addresses.</summary>
    [GeneratedRegex(@"https?://\S+|www\.\S+|[^\s@]+@[^\s@]+|[0-9]+(?:[.,][0-9]+)*%?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Facts();
}
