using System.Text.RegularExpressions;

namespace ModelOps.Inference.Assist;

/// <summary>What customers say in so many words, whatever a classifier knows.</summary>
internal static partial class Wishes
{
    public static bool ForPerson(string message) => Person().IsMatch(message);

    public static bool ForProducts(string message) => Products().IsMatch(message);

    /// <summary>A number with a sign of it being an order's; null where there is none.</summary>
    public static string? OrderNumber(string message) => Order().Match(message) is { Success: true } match ? match.Groups["number"].Value : null;

    /// <summary>Chinese where there is a Chinese character, else English; null where there is no letter.</summary>
    public static string? Language(string message) => message.Any(c => c is >= '\u4e00' and <= '\u9fff') ? "zh" : message.Any(char.IsLetter) ? "en" : null;

    [GeneratedRegex(@"\b(speak|talk|chat|connect|transfer|get|give|want|need)\b[^.?!]{0,30}\b(human|real person|person|agent|representative|someone real|operator|staff)\b|^\s*(human|agent|operator|representative)\s*[.!]*\s*$|人工|转人工|真人|找客服|客服人员", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Person();

    [GeneratedRegex(@"\b(recommend|suggest|looking for|what should i (buy|get)|gift (for|idea)|do you (sell|have any)|show me|best seller)|推荐|有没有|想买|适合|送礼|礼物|热销", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Products();

    [GeneratedRegex(@"(\border\b|\bparcel\b|\bpackage\b|\btracking\b|订单|快递|包裹|单号)[^0-9A-Za-z]{0,3}(number|no\.?|id|nr\.?|号)?[^0-9A-Za-z]{0,6}(?<number>[A-Za-z]{0,4}-?[0-9][0-9-]{3,19})(?![0-9])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Order();
}
