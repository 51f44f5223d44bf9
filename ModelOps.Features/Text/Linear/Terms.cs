using System.Text;

namespace ModelOps.Features.Text.Linear;

/// <summary>
/// The terms of a text as 64-bit hashes: runs of words, and runs of characters within white space. Texts are compared in Unicode's
/// compatibility form and in lower case, so that full-width and ordinary letters are the same.
/// </summary>
internal static class Terms
{
    private const ulong Start = 14695981039346656037;
    private const ulong WordKind = 0x9E3779B97F4A7C15;

    public static void Of(string text, TermSettings settings, List<ulong> words, List<ulong> characters)
    {
        var plain = PlainText.Of(text);
        if (settings.Words > 0)
            AddWords(plain, settings.Words, words);
        if (settings.Characters > 0)
            AddCharacters(plain, settings, characters);
    }

    private static void AddWords(string text, int most, List<ulong> words)
    {
        Span<ulong> last = stackalloc ulong[most]; // the newest word first
        var (known, start) = (0, -1);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] == '\'') && !PlainText.IsIdeograph(text[i]))
            {
                start = start < 0 ? i : start;
                continue;
            }
            if (start < 0)
                continue;
            for (var n = most - 1; n > 0; n--)
                last[n] = last[n - 1];
            last[0] = Mix(Extend(Start, text.AsSpan(start, i - start)));
            known = Math.Min(known + 1, most);
            var run = 0ul;
            for (var n = 0; n < known; n++)
                words.Add(Mix((run = (run * 31) + last[n]) ^ WordKind));
            start = -1;
        }
    }

    private static void AddCharacters(string text, TermSettings settings, List<ulong> characters)
    {
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }
            var end = i;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            for (var start = i - 1; start < end; start++)
                AddRuns(text, start, i, end, settings, characters);
            i = end;
        }
    }

    /// <summary>The runs that begin at <paramref name="start"/>, of a piece from <paramref name="first"/> to <paramref name="end"/>; the places before and after are spaces.</summary>
    private static void AddRuns(string text, int start, int first, int end, TermSettings settings, List<ulong> characters)
    {
        var (hash, most) = (Start, settings.Characters);
        for (var at = start; at <= end && at - start < most; at++)
        {
            var c = at < first || at == end ? ' ' : text[at];
            if (PlainText.IsIdeograph(c))
                most = Math.Min(most, settings.Ideographs);
            if (at - start >= most)
                return;
            hash = Extend(hash, c);
            if (at > start || c != ' ')
                characters.Add(Mix(hash));
        }
    }

    private static ulong Extend(ulong hash, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            hash = Extend(hash, c);
        return hash;
    }

    /// <summary>FNV-1a over UTF-16 units.</summary>
    private static ulong Extend(ulong hash, char c) => (hash ^ c) * 1099511628211;

    /// <summary>MurmurHash3's finalizer: every bit of the input moves every bit of the output.</summary>
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
