// Devlin, Chang, Lee, Toutanova: BERT. NAACL 2019, https://arxiv.org/abs/1810.04805; its BasicTokenizer, in the order of
// https://github.com/huggingface/tokenizers (BertNormalizer, BertPreTokenizer): accents first, then lower case, letter by letter.
using System.Globalization;
using System.Text;

namespace ModelOps.Features.Text.Tokenizers;

/// <summary>How text is made alike before it is cut into words.</summary>
/// <param name="LowerCase">For vocabularies that are called uncased.</param>
/// <param name="StripAccents">Leaves out what stands above and below letters.</param>
/// <param name="SplitIdeographs">Makes each Chinese character a word.</param>
public sealed record BasicText(bool LowerCase = true, bool StripAccents = true, bool SplitIdeographs = true)
{
    /// <summary>The words of a text, one after the other: runs of anything but spaces and punctuation, and each punctuation mark alone.</summary>
    /// <param name="word">Gets each word; false ends it.</param>
    /// <returns>False where it was ended.</returns>
    public bool Split(string text, WordTaker word)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(word);
        var clean = Ascii.IsValid(text) ? CleanAscii(text) : Clean(text);
        ReadOnlySpan<char> rest = clean;
        var start = 0;
        for (var i = 0; i < rest.Length;)
        {
            var size = Rune.DecodeFromUtf16(rest[i..], out var rune, out var consumed) == System.Buffers.OperationStatus.Done ? consumed : 1;
            var isSpace = rune.Value == ' ';
            var isAlone = !isSpace && (IsPunctuation(rune) || (SplitIdeographs && IsIdeograph(rune.Value)));
            if (isSpace || isAlone)
            {
                if (i > start && !word(rest[start..i]))
                    return false;
                if (isAlone && !word(rest.Slice(i, size)))
                    return false;
                start = i + size;
            }
            i += size;
        }
        return start >= rest.Length || word(rest[start..]);
    }

    /// <summary>What is taken out becomes a zero first: rare enough to be removed apart.</summary>
    private string CleanAscii(string text)
    {
        var clean = string.Create(text.Length, (text, LowerCase), static (span, state) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var c = state.text[i];
                span[i] = c is '\t' or '\n' or '\r' ? ' ' : char.IsControl(c) ? '\0' : state.LowerCase ? char.ToLowerInvariant(c) : c;
            }
        });
        return clean.Contains('\0', StringComparison.Ordinal) ? clean.Replace("\0", "", StringComparison.Ordinal) : clean;
    }

    private string Clean(string text)
    {
        var clean = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes()) // lone surrogates come as U+FFFD
            Append(clean, rune);
        var cleaned = StripAccents ? WithoutMarks(clean.ToString()) : clean.ToString();
        return LowerCase ? cleaned.ToLowerInvariant() : cleaned;
    }

    private static void Append(StringBuilder clean, Rune rune)
    {
        if (rune.Value is '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
            clean.Append(' ');
        else if (rune.Value is not (0 or 0xFFFD) && !IsControl(rune))
            clean.Append(rune.ToString());
    }

    private static string WithoutMarks(string text)
    {
        var decomposed = text.Normalize(NormalizationForm.FormD);
        var stripped = new StringBuilder(decomposed.Length);
        foreach (var rune in decomposed.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
                stripped.Append(rune.ToString());
        }
        return stripped.ToString();
    }

    private static bool IsControl(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned;

    /// <summary>All of ASCII that is no letter, digit, space or control counts, such as <c>$</c> and <c>^</c>, though Unicode calls them symbols.</summary>
    private static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? !char.IsAsciiLetterOrDigit((char)rune.Value) && rune.Value > ' '
        : Rune.IsPunctuation(rune);

    /// <summary>The blocks of ideographs; not Hangul, Hiragana or Katakana, which are written in words.</summary>
    private static bool IsIdeograph(int point) => point is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}

/// <summary>Takes a word; false says that no more are wanted.</summary>
public delegate bool WordTaker(ReadOnlySpan<char> word);
