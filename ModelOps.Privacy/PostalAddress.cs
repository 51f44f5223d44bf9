using System.Text.RegularExpressions;

namespace ModelOps.Privacy;

/// <summary>A street with its house number, as it is written in English, German, French and Chinese; with a town before or a post code after where there is one.</summary>
internal static partial class PostalAddress
{
    public static IEnumerable<Finding> Find(string text) => new[] { English(), German(), French(), Chinese() }
        .SelectMany(pattern => pattern.Matches(text)).Select(match => new Finding(match.Index, match.Length, "address"));

    [GeneratedRegex(@"\b[0-9]{1,5}[A-Za-z]?,? (?:[A-Z][\p{L}'.-]+ ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Close|Crescent|Square|Terrace|Place)\b\.?(?:,? (?:Apt|Flat|Unit|Suite)\.? ?[0-9A-Za-z]{1,5})?(?:, [A-Z][\p{L} .'-]{1,40})?(?:,? (?:[A-Z]{2} [0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}))?")]
    private static partial Regex English();

    [GeneratedRegex(@"\b\p{Lu}[\p{L}-]*(?:straße|strasse|str\.|weg|platz|allee|gasse) [0-9]{1,4} ?[a-z]?\b(?:,? [0-9]{5} \p{Lu}[\p{L}-]+)?|\b\p{Lu}\p{L}+(?:er|e) (?:Straße|Strasse|Str\.|Weg|Platz|Allee) [0-9]{1,4}\b")]
    private static partial Regex German();

    [GeneratedRegex(@"\b[0-9]{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|impasse|chemin|quai) (?:d[eu]s? |de la |de l'|l')?\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+){0,3}(?:,? [0-9]{5} \p{Lu}[\p{L}'-]+)?")]
    private static partial Regex French();

    [GeneratedRegex(@"(?:[\u4e00-\u9fa5]{2,8}(?:省|自治区))?(?:[\u4e00-\u9fa5]{2,8}市)?(?:[\u4e00-\u9fa5]{1,8}[区县镇])?[\u4e00-\u9fa5]{1,10}(?:路|街|道|巷|弄|胡同)[0-9]{1,5}(?:弄|号)(?:[0-9A-Za-z]{1,5}(?:号楼|栋|幢|座|单元|楼|室|号)){0,4}")]
    private static partial Regex Chinese();
}
