using System.Globalization;
using System.Text;

namespace ModelOps.Features.Text.Tokenizers;

/// <summary>
/// Cuts text as GPT-2's expression does, <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, by code
/// points, which .NET's expressions do not go by.
/// </summary>
internal static class ByteLevelWords
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    public static int EndOfWord(string text, int start)
    {
        foreach (var contraction in Contractions)
        {
            if (string.CompareOrdinal(text, start, contraction, 0, contraction.Length) == 0)
                return start + contraction.Length;
        }
        var begin = text[start] == ' ' && start + 1 < text.Length && KindAt(text, start + 1, out _) != Kind.Space ? start + 1 : start;
        var kind = KindAt(text, begin, out _);
        var (end, last) = (begin, begin);
        while (end < text.Length && KindAt(text, end, out var size) == kind)
            (last, end) = (end, end + size);
        // Spaces leave their last one to the word that follows.
        return kind == Kind.Space && end < text.Length && last > start ? last : end;
    }

    private static Kind KindAt(string text, int at, out int size)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune))
        {
            size = 1;
            return Kind.Other;
        }
        size = rune.Utf16SequenceLength;
        if (Rune.IsWhiteSpace(rune))
            return Kind.Space;
        if (Rune.IsLetter(rune))
            return Kind.Letter;
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber ? Kind.Number : Kind.Other;
    }
}
