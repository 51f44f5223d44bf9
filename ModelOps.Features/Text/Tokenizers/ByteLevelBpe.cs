// Sennrich, Haddow, Birch: Neural Machine Translation of Rare Words with Subword Units. ACL 2016, https://arxiv.org/abs/1508.07909;
// over bytes, as Radford et al.: Language Models are Unsupervised Multitask Learners. 2019 (GPT-2)
using System.Text;
using System.Text.Json;

namespace ModelOps.Features.Text.Tokenizers;

/// <summary>GPT-2's tokenizer: every text has an encoding, and decoding it gives the text back. <c>tokenizer.json</c>, or <c>vocab.json</c> with <c>merges.txt</c>; see <see cref="TokenizerFiles"/>.</summary>
public sealed class ByteLevelBpe : Tokenizer
{
    private readonly Dictionary<(int Left, int Right), (int Rank, int Joined)> merges = [];
    private readonly int[] byteIds = new int[256];
    private readonly IReadOnlyList<(string Left, string Right)> pairs;

    /// <param name="pairs">Which tokens are joined, the first of them before the others.</param>
    /// <exception cref="InvalidDataException">A byte, or what a pair joins to, is not in the vocabulary.</exception>
    public ByteLevelBpe(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> pairs) : base(tokens, SpecialIn(tokens))
    {
        ArgumentNullException.ThrowIfNull(pairs);
        this.pairs = pairs;
        for (var value = 0; value < byteIds.Length; value++)
            byteIds[value] = Known(ByteAlphabet.CharOf((byte)value).ToString());
        foreach (var (rank, (left, right)) in pairs.Index())
            merges.TryAdd((Known(left), Known(right)), (rank, Known(left + right)));
    }

    public IReadOnlyList<(string Left, string Right)> Merges => pairs;

    public override bool Tokenize(string text, List<int> into, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(into);
        for (var start = 0; start < text.Length;)
        {
            if (into.Count >= most)
                return false;
            var end = ByteLevelWords.EndOfWord(text, start);
            Join(text.AsSpan(start, end - start), into);
            start = end;
        }
        return into.Count <= most;
    }

    public override string Decode(IEnumerable<int> encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        var bytes = new List<byte>();
        foreach (var id in encoded)
        {
            var token = TokenOf(id);
            if (!Special.Contains(id))
                bytes.AddRange(token.Select(ByteAlphabet.ByteOf));
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    public override void Write(string path) => TokenizerFiles.Write(path, new
    {
        version = "1.0",
        added_tokens = Tokens.Index().Where(token => Special.Contains(token.Index)).Select(token => new { id = token.Index, content = token.Item, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
        pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
        decoder = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
        model = new { type = "BPE", vocab = Tokens.Index().ToDictionary(token => token.Item, token => token.Index), merges = pairs.Select(pair => $"{pair.Left} {pair.Right}") },
    });

    internal static ByteLevelBpe Read(JsonElement file)
    {
        if (file.TryGetProperty("pre_tokenizer", out var before) && before.ValueKind == JsonValueKind.Object && before.GetProperty("type").GetString() is var type && type != "ByteLevel")
            throw new InvalidDataException($"The tokenizer's pre_tokenizer is {type}; BPE is read over bytes (ByteLevel), as GPT-2 and RoBERTa have it.");
        if (file.TryGetProperty("normalizer", out var normalizer) && normalizer.ValueKind == JsonValueKind.Object)
            throw new InvalidDataException($"The tokenizer changes text before it splits it ({normalizer.GetProperty("type").GetString()}); byte-level BPE is read without that.");
        return new ByteLevelBpe(TokenizerFiles.TokensOf(file), TokenizerFiles.MergesOf(file.GetProperty("model").GetProperty("merges")));
    }

    private static SpecialTokens SpecialIn(IReadOnlyList<string> tokens)
    {
        var found = new Dictionary<string, int>();
        for (var id = 0; id < tokens.Count; id++)
            found.TryAdd(tokens[id], id);
        return SpecialTokens.In(found);
    }

    private int Known(string token) => IdOf(token) ?? throw new InvalidDataException($"The vocabulary has no token '{token}', which its bytes or merges need. Take vocab.json and merges.txt of the same model.");

    /// <summary>Joins the neighbours of the lowest rank, of equal ones the leftmost, until none are left. A queue finds them, so that a word of a megabyte takes no longer than as many small ones.</summary>
    private void Join(ReadOnlySpan<char> word, List<int> into)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(word.Length)];
        var count = Encoding.UTF8.GetBytes(word, bytes); // a lone surrogate becomes U+FFFD
        var (id, next, before) = (new int[count], new int[count], new int[count]);
        var queue = new PriorityQueue<(int At, int Left, int Right), (int Rank, int At)>();
        void Offer(int at)
        {
            if (at >= 0 && next[at] < count && merges.TryGetValue((id[at], id[next[at]]), out var merge))
                queue.Enqueue((at, id[at], id[next[at]]), (merge.Rank, at));
        }
        for (var at = 0; at < count; at++)
            (id[at], next[at], before[at]) = (byteIds[bytes[at]], at + 1, at - 1);
        for (var at = 0; at < count - 1; at++)
            Offer(at);
        while (queue.TryDequeue(out var pair, out _))
        {
            var (at, left, right) = pair;
            if (id[at] != left || next[at] >= count || id[next[at]] != right)
                continue; // one of the two has been joined otherwise meanwhile
            var gone = next[at];
            id[at] = merges[(left, right)].Joined;
            id[gone] = -1;
            next[at] = next[gone];
            if (next[at] < count)
                before[next[at]] = at;
            Offer(before[at]);
            Offer(at);
        }
        for (var at = 0; at < count; at = next[at])
            into.Add(id[at]);
    }
}
