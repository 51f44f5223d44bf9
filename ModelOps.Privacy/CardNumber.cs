using System.Text.RegularExpressions;

namespace ModelOps.Privacy;

/// <summary>Payment cards: 13 to 19 digits, alone or in groups, that begin as an issuer's do and pass Luhn's check (ISO/IEC 7812).</summary>
internal static partial class CardNumber
{
    public const string Kind = "card";

    public static IEnumerable<Finding> Find(string text) => Pattern().Matches(text)
        .Where(match => IsCard(string.Concat(match.Value.Where(char.IsAsciiDigit))))
        .Select(match => new Finding(match.Index, match.Length, Kind));

    private static bool IsCard(string digits) => digits.Length is >= 13 and <= 19 && Issuer().IsMatch(digits) && PassesLuhn(digits);

    internal static bool PassesLuhn(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
        }
        return sum % 10 == 0;
    }

    [GeneratedRegex(@"(?<![0-9.])(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){2,3}[ -][0-9]{1,7}|[0-9]{4}[ -][0-9]{6}[ -][0-9]{4,5})(?![0-9])")]
    private static partial Regex Pattern();

    /// <summary>Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro.</summary>
    [GeneratedRegex("^(?:4|5[1-5]|2[2-7]|3[47]|3[0689]|6[0-9]|35|50|5[6-8]|81)")]
    private static partial Regex Issuer();
}
