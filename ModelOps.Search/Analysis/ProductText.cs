using System.Globalization;

namespace ModelOps.Search.Analysis;

/// <summary>
/// The tokens of a product's text or of a query, the same for both. Words are runs of letters and of digits; where runs touch or
/// are joined by a hyphen, the whole comes beside its parts (<c>USB-C</c>: usb, c, usbc; <c>EOS5D</c>: eos, 5, d, eos5d). A number takes
/// its unit (<c>13.3 inch</c>: 13.3, inch, 13.3inch). Ideographs, kana and hangul come as pairs of neighbours.
/// </summary>
public static class ProductText
{
    /// <summary>What is joined is no longer than this; a model number is shorter.</summary>
    private const int LongestJoined = 40;

    public static List<Token> Read(string? text)
    {
        var tokens = new List<Token>();
        if (string.IsNullOrWhiteSpace(text))
            return tokens;
        var position = 0;
        var chunk = new List<Run>();
        var at = 0;
        while (at < text.Length)
        {
            if (!TryRun(text, at, out var run))
            {
                // A hyphen, dot or underscore between two runs joins them; everything else ends the chunk.
                if (chunk.Count > 0 && !(IsJoiner(text[at]) && at + 1 < text.Length && TryRun(text, at + 1, out var next) && next.Kind != RunKind.Ideographs))
                    Flush(text, chunk, tokens, ref position);
                at++;
                continue;
            }
            if (run.Kind == RunKind.Ideographs)
            {
                Flush(text, chunk, tokens, ref position);
                Pairs(text, run, tokens, ref position);
            }
            else
            {
                chunk.Add(run with { Touches = chunk.Count > 0 && chunk[^1].End == run.Start });
            }
            at = run.End;
        }
        Flush(text, chunk, tokens, ref position);
        return WithUnits(text, tokens);
    }

    private static void Flush(string text, List<Run> chunk, List<Token> tokens, ref int position)
    {
        if (chunk.Count == 0)
            return;
        var first = position;
        // Runs that touch are a word: EOS5D.
        for (var i = 0; i < chunk.Count;)
        {
            var end = i + 1;
            while (end < chunk.Count && chunk[end].Touches)
                end++;
            var isMixed = end - i > 1;
            if (isMixed && chunk[end - 1].End - chunk[i].Start <= LongestJoined)
                tokens.Add(new Token(Folding.Fold(text.AsSpan(chunk[i].Start..chunk[end - 1].End)), chunk[i].Start, chunk[end - 1].End, position, TokenKind.Word));
            foreach (var run in chunk[i..end])
                tokens.Add(new Token(Number(Folding.Fold(text.AsSpan(run.Start..run.End)), run.Kind), run.Start, run.End, position++, isMixed ? TokenKind.Part : TokenKind.Word));
            i = end;
        }
        if (chunk.Skip(1).Any(run => !run.Touches) && chunk[^1].End - chunk[0].Start <= LongestJoined)
        {
            var joined = string.Concat(chunk.Select(run => Folding.Fold(text.AsSpan(run.Start..run.End))));
            tokens.Add(new Token(joined, chunk[0].Start, chunk[^1].End, first, TokenKind.Joined));
        }
        chunk.Clear();
    }

    /// <summary>A decimal comma is a decimal point; a comma before three digits parts thousands.</summary>
    private static string Number(string folded, RunKind kind)
    {
        if (kind != RunKind.Digits || !folded.Contains(',', StringComparison.Ordinal))
            return folded;
        var last = folded.LastIndexOf(',');
        return folded.Length - last - 1 == 3 ? folded.Replace(",", "", StringComparison.Ordinal) : folded.Replace(',', '.');
    }

    private static void Pairs(string text, Run run, List<Token> tokens, ref int position)
    {
        if (run.End - run.Start == 1)
            tokens.Add(new Token(Folding.Fold(text.AsSpan(run.Start, 1)), run.Start, run.End, position++, TokenKind.Word));
        for (var i = run.Start; i + 1 < run.End; i++)
            tokens.Add(new Token(Folding.Fold(text.AsSpan(i, 2)), i, i + 2, position++, TokenKind.Word));
    }

    private static List<Token> WithUnits(string text, List<Token> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var number = tokens[i];
            if (number.Kind == TokenKind.Joined || !IsNumber(number.Text))
                continue;
            if (UnitAfter(text, number, tokens, i) is not { } unit)
                continue;
            if (i > 0 && tokens[i - 1].Text == number.Text + unit.Spelling)
                continue; // 64GB is a word already
            tokens.Insert(i + 1, new Token(number.Text + unit.Spelling, number.Start, unit.End, number.Position, TokenKind.Joined));
            i++;
        }
        return tokens;
    }

    private static (string Spelling, int End)? UnitAfter(string text, Token number, List<Token> tokens, int at)
    {
        if (number.End < text.Length && text[number.End] is '"' or '”' or '″')
            return ("inch", number.End + 1);
        var next = tokens.FindIndex(at + 1, token => token.Start >= number.End && token.Kind != TokenKind.Joined);
        if (next < 0 || tokens[next].Start - number.End > 1 || tokens[next].Start > number.End && text[number.End] is not (' ' or '-'))
            return null;
        return Units.Of(tokens[next].Text) is { } unit ? (unit, tokens[next].End) : null;
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(c => char.IsAsciiDigit(c) || c == '.');

    private static bool IsJoiner(char c) => c is '-' or '_' or '.' or '\u2010' or '\u2011' or '\'' or '’';

    private static bool TryRun(string text, int at, out Run run)
    {
        run = default;
        var kind = KindAt(text, at);
        if (kind == RunKind.None)
            return false;
        var end = at;
        while (end < text.Length)
        {
            if (KindAt(text, end) == kind || (end > at && kind == RunKind.Letters && IsMark(text, end)))
                end += char.IsSurrogatePair(text, end) ? 2 : 1;
            else if (kind == RunKind.Digits && text[end] is '.' or ',' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]) && char.IsAsciiDigit(text[end - 1]))
                end++;
            else
                break;
        }
        run = new Run(at, end, kind, false);
        return true;
    }

    private static bool IsMark(string text, int at) => CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static RunKind KindAt(string text, int at)
    {
        var c = text[at];
        if (char.IsAscii(c))
            return char.IsAsciiLetter(c) ? RunKind.Letters : char.IsAsciiDigit(c) ? RunKind.Digits : RunKind.None;
        if (char.IsSurrogate(c))
            return char.IsSurrogatePair(text, at) && CharUnicodeInfo.GetUnicodeCategory(text, at) == UnicodeCategory.OtherLetter ? RunKind.Letters : RunKind.None;
        if (IsIdeograph(c))
            return RunKind.Ideographs;
        return char.IsLetter(c) || char.GetUnicodeCategory(c) == UnicodeCategory.LetterNumber ? RunKind.Letters : char.IsDigit(c) ? RunKind.Digits : RunKind.None;
    }

    /// <summary>Ideographs, kana and hangul.</summary>
    private static bool IsIdeograph(char c) => c is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u4dbf') or (>= '\u4e00' and <= '\u9fff') or (>= '\uac00' and <= '\ud7a3');

    private enum RunKind
    {
        None,
        Letters,
        Digits,
        Ideographs,
    }

    private readonly record struct Run(int Start, int End, RunKind Kind, bool Touches);
}
