using System.Text.RegularExpressions;

namespace ModelOps.Features.Assist;

/// <summary>
/// Takes out of a message what may stand for a person before it leaves the house: mail addresses, and runs of seven or more digits, as
/// phones, cards, accounts, residents and orders have them. Rather too much than too little, as nobody needs them to word an answer.
/// </summary>
public static partial class PersonalDetails
{
    public static string Hide(string text) => Numbers().Replace(Addresses().Replace(text, "[address]"), "[number]");

    [GeneratedRegex(@"[^\s@＠<>]+[@＠][^\s@＠<>]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"\+?\p{Nd}(?:[ ().\-/]{0,2}\p{Nd}){6,}[Xx]?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Numbers();
}
