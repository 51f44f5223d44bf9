// Schuster, Nakajima: Japanese and Korean voice search. ICASSP 2012; as BERT uses it: the longest piece that fits, from the left.
using System.Text;
using System.Text.Json;

namespace ModelOps.Features.Text.Tokenizers;

/// <summary>BERT's tokenizer. <c>tokenizer.json</c> or <c>vocab.txt</c>; see <see cref="TokenizerFiles"/>.</summary>
public sealed class WordPiece : Tokenizer
{
    /// <summary>Of a piece that does not begin a word.</summary>
    public const string Continuing = "##";

    /// <summary>Characters of a word; longer ones are unknown.</summary>
    private const int LongestWord = 100;

    private readonly BasicText basic;
    private readonly int unknown;
    private readonly int longestPiece;

    /// <exception cref="InvalidDataException">The vocabulary has no <c>[UNK]</c>, or a token twice.</exception>
    public WordPiece(IReadOnlyList<string> tokens, BasicText basic) : base(tokens, SpecialIn(tokens))
    {
        ArgumentNullException.ThrowIfNull(basic);
        this.basic = basic;
        unknown = Special.Unknown ?? throw new InvalidDataException("The vocabulary has no [UNK], so it is not a WordPiece vocabulary. Take the model's own vocab.txt or tokenizer.json.");
        longestPiece = tokens.Max(token => token.Length);
    }

    public BasicText Basic => basic;

    public override bool Tokenize(string text, List<int> into, int most)
    {
        ArgumentNullException.ThrowIfNull(into);
        return basic.Split(text, word =>
        {
            if (into.Count >= most)
                return false;
            Pieces(word, into);
            return into.Count <= most;
        });
    }

    public override string Decode(IEnumerable<int> encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        var text = new StringBuilder();
        foreach (var id in encoded)
        {
            var token = TokenOf(id);
            if (Special.Contains(id))
                continue;
            if (token.StartsWith(Continuing, StringComparison.Ordinal))
                text.Append(token, Continuing.Length, token.Length - Continuing.Length);
            else
                text.Append(text.Length == 0 ? "" : " ").Append(token);
        }
        return text.ToString();
    }

    public override void Write(string path)
    {
        var special = Tokens.Index().Where(token => Special.Contains(token.Index)).Select(token => new { id = token.Index, content = token.Item, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true });
        TokenizerFiles.Write(path, new
        {
            version = "1.0",
            added_tokens = special,
            normalizer = new { type = "BertNormalizer", clean_text = true, handle_chinese_chars = basic.SplitIdeographs, strip_accents = basic.StripAccents, lowercase = basic.LowerCase },
            pre_tokenizer = new { type = "BertPreTokenizer" },
            post_processor = Special is { Start: { } start, Separator: { } separator } ? new { type = "BertProcessing", sep = new object[] { Tokens[separator], separator }, cls = new object[] { Tokens[start], start } } : null,
            decoder = new { type = "WordPiece", prefix = Continuing, cleanup = true },
            model = new { type = "WordPiece", unk_token = Tokens[unknown], continuing_subword_prefix = Continuing, max_input_chars_per_word = LongestWord, vocab = Tokens.Index().ToDictionary(token => token.Item, token => token.Index) },
        });
    }

    internal static WordPiece Read(JsonElement file)
    {
        var normalizer = file.TryGetProperty("normalizer", out var given) ? given : default;
        bool? Flag(string name) => normalizer.ValueKind == JsonValueKind.Object && normalizer.TryGetProperty(name, out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : null;
        if (normalizer.ValueKind == JsonValueKind.Object && normalizer.GetProperty("type").GetString() is var type && type != "BertNormalizer")
            throw new InvalidDataException($"The tokenizer's normalizer is {type}; WordPiece is read with BertNormalizer.");
        var lower = Flag("lowercase") ?? false;
        return new WordPiece(TokenizerFiles.TokensOf(file), new BasicText(lower, Flag("strip_accents") ?? lower, Flag("handle_chinese_chars") ?? true));
    }

    private static SpecialTokens SpecialIn(IReadOnlyList<string> tokens)
    {
        var found = new Dictionary<string, int>();
        for (var id = 0; id < tokens.Count; id++)
            found.TryAdd(tokens[id], id);
        return SpecialTokens.In(found);
    }

    private void Pieces(ReadOnlySpan<char> word, List<int> into)
    {
        if (word.Length > LongestWord && Runes(word) > LongestWord)
        {
            into.Add(unknown);
            return;
        }
        var (lookup, begin) = (Lookup, into.Count);
        Span<char> piece = stackalloc char[Continuing.Length + 2 * LongestWord];
        Continuing.CopyTo(piece);
        word.CopyTo(piece[Continuing.Length..]);
        for (var start = 0; start < word.Length;)
        {
            // "##" stands before the word; before a later piece it is written over what has been taken.
            var from = start == 0 ? Continuing.Length : start;
            if (start > 0)
                Continuing.CopyTo(piece[from..]);
            var end = Math.Min(word.Length, start + longestPiece);
            var id = -1;
            for (; end > start && !lookup.TryGetValue(piece[from..(Continuing.Length + end)], out id); end--)
                id = -1;
            if (id < 0 || Special.Contains(id))
            {
                into.RemoveRange(begin, into.Count - begin);
                into.Add(unknown);
                return;
            }
            into.Add(id);
            start = end;
        }
    }

    private static int Runes(ReadOnlySpan<char> word)
    {
        var count = 0;
        foreach (var _ in word.EnumerateRunes())
            count++;
        return count;
    }
}
