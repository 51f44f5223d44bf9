using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelOps.Privacy;

/// <summary>A person's detail in a text: where, and what kind.</summary>
public readonly record struct Finding(int Start, int Length, string Kind);

/// <summary>
/// Finds personal details and puts a keyed hash in their place, <c>email:1f0c…</c>: the same detail has the same hash within a store, so
/// that joins still work, and nobody without the store's key can tell what it was or whether it was this one.
/// </summary>
public sealed partial class PersonalData(byte[] key)
{
    /// <summary>96 bits: no two of a thousand million details share one.</summary>
    private const int HashBytes = 12;

    /// <summary>A phone number's; cards and resident numbers have more.</summary>
    private const int FewestDigits = 7;

    /// <summary>Whether <see cref="Protect"/> changes it.</summary>
    public static bool IsIn(string text) => Find(text, withAddresses: false).Count > 0;

    /// <summary>Ids, titles and names: what stands for a person on its own.</summary>
    public string Protect(string text) => Replace(text, Find(text, withAddresses: false));

    /// <summary>Free text that people write; postal addresses too.</summary>
    public string ProtectFreeText(string text) => Replace(text, Find(text, withAddresses: true));

    /// <summary>A text that is known to be a phone number, however it is written.</summary>
    public string ProtectPhone(string text) => text.Any(char.IsAsciiDigit) ? Pseudonym(PhoneNumber.Kind, Plain(PhoneNumber.Kind, text)) : text;

    /// <summary>The store's own name of a user, for records that may not name him.</summary>
    public string Pseudonym(string kind, string value) => $"{kind}:{Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{kind}\n{value}")).AsSpan(0, HashBytes))}";

    /// <summary>From left to right; of two that overlap the one that begins first, of these the longer.</summary>
    internal static IReadOnlyList<Finding> Find(string text, bool withAddresses)
    {
        if (!MayHold(text, withAddresses))
            return [];
        // What has been hashed already is left alone.
        var hashed = Hashed().Matches(text).Select(match => new Finding(match.Index, match.Length, ""));
        var found = EmailAddress.Find(text).Concat(ResidentId.Find(text)).Concat(CardNumber.Find(text)).Concat(PhoneNumber.Find(text));
        if (withAddresses)
            found = found.Concat(PostalAddress.Find(text));
        var kept = new List<Finding>();
        foreach (var finding in hashed.Concat(found).OrderBy(finding => finding.Kind.Length > 0).ThenBy(finding => finding.Start).ThenByDescending(finding => finding.Length))
        {
            if (!kept.Any(other => finding.Start < other.Start + other.Length && other.Start < finding.Start + finding.Length))
                kept.Add(finding);
        }
        return [.. kept.Where(finding => finding.Kind.Length > 0).OrderBy(finding => finding.Start)];
    }

    /// <summary>Nearly every text is ruled out by one look: no detail is without an at sign, seven digits, or a street's number.</summary>
    private static bool MayHold(string text, bool withAddresses)
    {
        var digits = 0;
        foreach (var c in text)
        {
            if (c is '@' or '＠')
                return true;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }
        return digits >= FewestDigits || (withAddresses && digits > 0);
    }

    private string Replace(string text, IReadOnlyList<Finding> findings)
    {
        if (findings.Count == 0)
            return text;
        var (result, end) = (new StringBuilder(), 0);
        foreach (var finding in findings)
        {
            result.Append(text, end, finding.Start - end).Append(Pseudonym(finding.Kind, Plain(finding.Kind, text.Substring(finding.Start, finding.Length))));
            end = finding.Start + finding.Length;
        }
        return result.Append(text, end, text.Length - end).ToString();
    }

    /// <summary>The same detail written in another way has the same hash.</summary>
    private static string Plain(string kind, string detail) => kind switch
    {
        PhoneNumber.Kind or CardNumber.Kind => new string([.. detail.Where(c => char.IsAsciiDigit(c) || c == '+')]),
        _ => detail.ToLowerInvariant(),
    };

    [GeneratedRegex("(email|phone|card|resident|address|user):[0-9a-f]{24}")]
    private static partial Regex Hashed();
}
