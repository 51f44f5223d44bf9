using System.Text.RegularExpressions;

namespace ModelOps.Privacy;

/// <summary>Addresses as RFC 5321 has them in practice, in any script.</summary>
internal static partial class EmailAddress
{
    public static IEnumerable<Finding> Find(string text) => text.Contains('@', StringComparison.Ordinal)
        ? Pattern().Matches(text).Select(match => new Finding(match.Index, match.Length, "email"))
        : [];

    [GeneratedRegex(@"(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}][\p{L}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}{2,24}(?![\p{L}\p{N}])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
