namespace ModelOps.Features.Profiles;

/// <summary>
/// Categories from which a shop could read what is nobody's business (GDPR, article 9: health, religion, politics, origin, sex life). Events
/// with their products feed no interest of any kind, and no audience can be built on them.
/// </summary>
public sealed class SensitiveTopics(IReadOnlyList<string> words)
{
    /// <summary>What is refused where a shop says nothing else: whole words of Latin letters, parts of words in Chinese.</summary>
    public static IReadOnlyList<string> Defaults { get; } =
    [
        "medical", "medicine", "medicines", "pharmacy", "diagnostics", "disability", "incontinence", "pregnancy", "maternity", "fertility", "contraception", "hiv", "diabetes",
        "religion", "religious", "bible", "quran", "torah", "political", "politics", "ethnic", "adult", "erotic", "sexual", "sex", "condoms", "lgbt", "gay", "lesbian",
        "医疗", "药", "疾病", "孕", "避孕", "宗教", "政治", "民族", "成人", "情趣", "两性",
    ];

    public bool Has(string? category)
    {
        if (string.IsNullOrEmpty(category))
            return false;
        var own = new HashSet<string>(category.Split([.. category.Where(letter => !char.IsLetterOrDigit(letter)).Distinct()]), StringComparer.OrdinalIgnoreCase);
        return words.Any(word => char.IsAscii(word.FirstOrDefault()) ? own.Contains(word) : word.Length > 0 && category.Contains(word, StringComparison.Ordinal));
    }
}
