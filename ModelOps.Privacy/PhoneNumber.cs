using System.Text.RegularExpressions;
using PhoneNumbers;

namespace ModelOps.Privacy;

/// <summary>
/// Numbers that libphonenumber holds for valid: international ones (+…), and national ones that are written as such, with separators.
/// Bare digits are order and article numbers far more often; of these only China's mobile numbers are taken.
/// </summary>
internal static partial class PhoneNumber
{
    public const string Kind = "phone";

    /// <summary>Whose national formats are known.</summary>
    private static readonly string[] Regions = ["US", "GB", "DE", "FR", "CN", "JP"];

    private static readonly PhoneNumberUtil Numbers = PhoneNumberUtil.GetInstance();

    public static IEnumerable<Finding> Find(string text)
    {
        foreach (Match candidate in Candidate().Matches(text))
        {
            var written = candidate.Value;
            var digits = written.Count(char.IsAsciiDigit);
            if (digits is >= 7 and <= 15 && !Date().IsMatch(written) && (written.StartsWith('+') || digits != written.Length || ChineseMobile().IsMatch(written)) && Regions.Any(region => IsValid(written, region)))
                yield return new Finding(candidate.Index, candidate.Length, Kind);
        }
    }

    private static bool IsValid(string written, string region)
    {
        try
        {
            return Numbers.IsValidNumber(Numbers.Parse(written, region));
        }
        catch (NumberParseException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"(?<![\p{L}0-9.,:/+-])(?:\+[0-9]{1,3}[ .-]?)?(?:\(0?[0-9]{1,5}\)[ .-]?)?[0-9]+(?:[ .-][0-9]{2,})*(?![\p{L}0-9]|[.:/-][0-9])")]
    private static partial Regex Candidate();

    [GeneratedRegex(@"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{1,2}-[0-9]{1,2}-[0-9]{4})(?: [0-9]{2})?$")]
    private static partial Regex Date();

    [GeneratedRegex("^1[3-9][0-9]{9}$")]
    private static partial Regex ChineseMobile();
}
