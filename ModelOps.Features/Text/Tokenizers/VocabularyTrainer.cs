using System.Text;

namespace ModelOps.Features.Text.Tokenizers;

/// <summary>A vocabulary from a shop's own text, for shops without a checkpoint. The same texts give the same vocabulary, in whatever order they come.</summary>
public static class VocabularyTrainer
{
    private const int LongestWord = 100;

    private static readonly string[] BertTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>WordPiece: all characters, then what pairs of frequent pieces join to.</summary>
    /// <param name="size">Tokens at most; characters beyond that are left out, the rarest first.</param>
    /// <param name="least">Times that a character or pair must occur.</param>
    public static WordPiece WordPiece(IEnumerable<string> texts, int size, BasicText? basic = null, int least = 2)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, BertTokens.Length + 1);
        basic ??= new BasicText();
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = words.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
        {
            basic.Split(text, word =>
            {
                if (word.Length <= LongestWord)
                    lookup[word] = lookup.TryGetValue(word, out var count) ? count + 1 : 1;
                return true;
            });
        }
        var spelled = words.OrderBy(word => word.Key, StringComparer.Ordinal).Select(word => (Symbols: Characters(word.Key), Count: word.Value)).ToList();
        var alphabet = spelled.SelectMany(word => word.Symbols.Select(symbol => (symbol, word.Count))).GroupBy(use => use.symbol, use => use.Count)
            .Select(uses => (Symbol: uses.Key, Count: uses.Sum())).Where(use => use.Count >= least)
            .OrderByDescending(use => use.Count).ThenBy(use => use.Symbol, StringComparer.Ordinal).Take(size - BertTokens.Length).Select(use => use.Symbol).ToHashSet();
        List<string> tokens = [.. BertTokens, .. alphabet.Order(StringComparer.Ordinal)];
        var merges = new PairMerges(spelled.Where(word => word.Symbols.All(alphabet.Contains)), (left, right) => left + right[Tokenizers.WordPiece.Continuing.Length..]);
        var known = tokens.ToHashSet();
        while (tokens.Count < size && merges.Next(least) is { } pair)
        {
            var joined = pair.Left + pair.Right[Tokenizers.WordPiece.Continuing.Length..];
            if (known.Add(joined))
                tokens.Add(joined);
        }
        return new WordPiece(tokens, basic);
    }

    /// <summary>Byte-level BPE: all bytes, then what pairs join to; the last token is <c>&lt;|endoftext|&gt;</c>.</summary>
    public static ByteLevelBpe ByteLevelBpe(IEnumerable<string> texts, int size, int least = 2)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 257);
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            for (int start = 0, end; start < text.Length; start = end)
            {
                end = ByteLevelWords.EndOfWord(text, start);
                var word = string.Concat(Encoding.UTF8.GetBytes(text[start..end]).Select(ByteAlphabet.CharOf));
                if (word.Length <= LongestWord)
                    words[word] = words.GetValueOrDefault(word) + 1;
            }
        }
        List<string> tokens = [.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.CharOf((byte)value).ToString())];
        var merges = new PairMerges(words.OrderBy(word => word.Key, StringComparer.Ordinal).Select(word => (word.Key.Select(c => c.ToString()).ToArray(), word.Value)), string.Concat);
        var (known, pairs) = (tokens.ToHashSet(), new List<(string, string)>());
        while (tokens.Count < size - 1 && merges.Next(least) is { } pair)
        {
            pairs.Add(pair);
            if (known.Add(pair.Left + pair.Right))
                tokens.Add(pair.Left + pair.Right);
        }
        tokens.Add("<|endoftext|>");
        return new ByteLevelBpe(tokens, pairs);
    }

    private static string[] Characters(string word) => [.. word.EnumerateRunes().Select((rune, at) => at == 0 ? rune.ToString() : Tokenizers.WordPiece.Continuing + rune)];
}
