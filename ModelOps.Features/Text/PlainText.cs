using System.Text;

namespace ModelOps.Features.Text;

/// <summary>What texts are brought to before they are compared, the same in training and serving.</summary>
public static class PlainText
{
    /// <summary>In compatibility form (NFKC) and lower case. What has no such form, a lone surrogate or U+FFFE, becomes a replacement character or a space.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\uFFFE', ' ');
        return valid.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
    }

    /// <summary>Ideographs and kana, which are written without spaces.</summary>
    public static bool IsIdeograph(char c) => c is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u4dbf') or (>= '\u4e00' and <= '\u9fff');
}
