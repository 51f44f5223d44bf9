using System.Text;
using Lucene.Net.Analysis.Miscellaneous;

namespace ModelOps.Search.Analysis;

/// <summary>One spelling for what shoppers take as the same: lower case, without accents, full-width forms as the usual ones.</summary>
public static class Folding
{
    private const int Widest = 4; // characters that one character may become: ㎏, Ⅷ, ﬃ

    public static string Fold(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
            return string.Create(text.Length, text, (span, from) => Ascii.ToLower(from, span, out _));
        var known = WellFormed(text).Normalize(NormalizationForm.FormKC).ToLowerInvariant().ToCharArray();
        var folded = new char[known.Length * Widest];
        var length = ASCIIFoldingFilter.FoldToASCII(known, 0, folded, 0, known.Length);
        return new string(folded, 0, length).ToLowerInvariant();
    }

    /// <summary>Half a surrogate pair has no normal form.</summary>
    private static string WellFormed(ReadOnlySpan<char> text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.ToString());
        return clean.ToString();
    }
}
