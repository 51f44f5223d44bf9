using System.Globalization;
using System.Text;

namespace ModelOps.Tests.Features.Text.Tokenizers;

/// <summary>
/// The tokenizer of BERT's paper written down step by step, as its authors' tokenization.py has the steps: whole strings, no short cuts,
/// nothing of the code under test.
/// </summary>
internal sealed class ReferenceWordPiece(IReadOnlyDictionary<string, int> vocabulary, bool lowerCase)
{
    public List<int> Encode(string text)
    {
        var cleaned = string.Concat(Points(text).Select(Cleaned));
        var spaced = string.Concat(Points(cleaned).Select(point => IsChinese(point) ? $" {Text(point)} " : Text(point)));
        if (lowerCase)
        {
            var parts = Points(spaced.Normalize(NormalizationForm.FormD)).Where(point => Category(point) != UnicodeCategory.NonSpacingMark);
            spaced = string.Concat(parts.Select(point => Text(point).ToLowerInvariant()));
        }
        return [.. spaced.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(SplitOnPunctuation).SelectMany(Pieces)];
    }

    private static IEnumerable<int> Points(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                yield return char.ConvertToUtf32(text[i], text[++i]);
            else
                yield return text[i];
        }
    }

    private static string Text(int point) => point is >= 0xD800 and <= 0xDFFF ? ((char)point).ToString() : char.ConvertFromUtf32(point);

    private static UnicodeCategory Category(int point) => CharUnicodeInfo.GetUnicodeCategory(point);

    private static string Cleaned(int point)
    {
        if (point is '\t' or '\n' or '\r' || Category(point) == UnicodeCategory.SpaceSeparator)
            return " ";
        var isOther = Category(point) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
        return isOther || point == 0xFFFD ? "" : Text(point);
    }

    private static bool IsChinese(int point)
    {
        (int From, int To)[] blocks = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)];
        return blocks.Any(block => point >= block.From && point <= block.To);
    }

    private static List<string> SplitOnPunctuation(string word)
    {
        var output = new List<string>();
        var startNew = true;
        foreach (var point in Points(word))
        {
            var isAscii = point is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126);
            if (isAscii || Category(point).ToString().EndsWith("Punctuation", StringComparison.Ordinal) || Category(point) is UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation)
            {
                output.Add(Text(point));
                startNew = true;
                continue;
            }
            if (startNew)
                output.Add("");
            startNew = false;
            output[^1] += Text(point);
        }
        return output;
    }

    private List<int> Pieces(string word)
    {
        var characters = Points(word).Select(Text).ToList();
        if (characters.Count > 100)
            return [vocabulary["[UNK]"]];
        var (pieces, start) = (new List<int>(), 0);
        while (start < characters.Count)
        {
            var end = characters.Count;
            for (; end > start; end--)
            {
                if (vocabulary.TryGetValue((start > 0 ? "##" : "") + string.Concat(characters[start..end]), out var id))
                {
                    pieces.Add(id);
                    break;
                }
            }
            if (end == start)
                return [vocabulary["[UNK]"]];
            start = end;
        }
        return pieces;
    }
}
