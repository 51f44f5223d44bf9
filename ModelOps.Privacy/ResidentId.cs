using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOps.Privacy;

/// <summary>The Chinese resident identity number (GB 11643-1999): region, date of birth, order, and a check digit after ISO 7064 MOD 11-2.</summary>
internal static partial class ResidentId
{
    private const string CheckDigits = "10X98765432";
    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    public static IEnumerable<Finding> Find(string text) => Pattern().Matches(text)
        .Where(match => IsDate(match.Value) && CheckDigit(match.Value) == char.ToUpperInvariant(match.Value[17]))
        .Select(match => new Finding(match.Index, match.Length, "resident"));

    internal static char CheckDigit(string number) => CheckDigits[Weights.Select((weight, i) => weight * (number[i] - '0')).Sum() % 11];

    private static bool IsDate(string number) =>
        DateOnly.TryParseExact(number.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born) && born.Year is >= 1850 and < 2100;

    [GeneratedRegex("(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")]
    private static partial Regex Pattern();
}
