namespace ModelOps.Features.Text.Tokenizers;

/// <summary>
/// Turns text into the numbers that a network reads, and back. The same in training and serving: it travels in the package as
/// <c>tokenizer.json</c>. What a user writes never becomes a special token, whatever it spells. From as many threads as one likes.
/// </summary>
public abstract class Tokenizer
{
    private readonly Dictionary<string, int> ids;

    /// <param name="tokens">By number.</param>
    /// <param name="special">Tokens that no text becomes.</param>
    /// <exception cref="InvalidDataException">A token comes twice.</exception>
    protected Tokenizer(IReadOnlyList<string> tokens, SpecialTokens special)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        (Tokens, Special) = (tokens, special);
        ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (!ids.TryAdd(tokens[id], id))
                throw new InvalidDataException($"The vocabulary has the token '{tokens[id]}' twice, as {ids[tokens[id]]} and {id}. Each line or entry must be another token.");
        }
    }

    /// <summary>By number.</summary>
    public IReadOnlyList<string> Tokens { get; }

    public SpecialTokens Special { get; }

    /// <summary>The number of a token; null where there is none.</summary>
    public int? IdOf(string token) => ids.TryGetValue(token, out var id) ? id : null;

    private protected Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup => ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A text between the special tokens of this tokenizer, or two one after the other.</summary>
    /// <param name="maxTokens">At least as many as the special tokens need and one more; what is over is cut from the end, of a pair from the longer.</param>
    /// <exception cref="NotSupportedException">A pair, and the tokenizer has no token that parts them.</exception>
    public EncodedText Encode(string text, int maxTokens, string? pair = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (pair is not null && Special.Separator is null)
            throw new NotSupportedException("This tokenizer has no token that parts two texts. Use one with [SEP] or </s>, as encoders have.");
        var around = Special.Around(pair is not null);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, around + 1);
        var (first, second) = (new List<int>(), new List<int>());
        var room = maxTokens - around;
        var isWhole = Tokenize(text, first, room + 1);
        if (pair is not null)
            isWhole &= Tokenize(pair, second, room + 1);
        var (firstLength, secondLength) = Share(first.Count, second.Count, room);
        isWhole &= firstLength == first.Count && secondLength == second.Count;
        var (encoded, secondStart) = Special.Join(first[..firstLength], pair is null ? null : second[..secondLength]);
        return new EncodedText(encoded, secondStart, !isWhole);
    }

    /// <summary>A text as a decoder reads it, after the end token that stands between texts.</summary>
    /// <param name="maxTokens">What is over is cut from the end.</param>
    /// <param name="isWhole">Whether the end follows the text too, as where a decoder learns; else it goes on.</param>
    /// <exception cref="NotSupportedException">The tokenizer has no end token.</exception>
    public EncodedText EncodeAfterEnd(string text, int maxTokens, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = Special.End ?? throw new NotSupportedException("This tokenizer has no token for the end of a text. Use one with <|endoftext|> or </s>, as decoders have.");
        List<int> ids = [end];
        var fits = Tokenize(text, ids, maxTokens);
        if (isWhole)
            ids.Add(end);
        return new EncodedText([.. ids.Take(maxTokens)], Math.Min(ids.Count, maxTokens), !fits);
    }

    /// <summary>Readable text of tokens; special ones are left out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is not of the vocabulary.</exception>
    public abstract string Decode(IEnumerable<int> encoded);

    /// <summary>Adds the tokens of a text without special ones, until there are <paramref name="most"/>.</summary>
    /// <returns>False where more would have come.</returns>
    public abstract bool Tokenize(string text, List<int> into, int most);

    /// <summary>Writes <c>tokenizer.json</c> as Hugging Face's tokenizers have it.</summary>
    public abstract void Write(string path);

    private protected string TokenOf(int id) => id >= 0 && id < Tokens.Count
        ? Tokens[id]
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"The vocabulary goes to {Tokens.Count - 1}.");

    /// <summary>Both keep what fits; the longer gives up first.</summary>
    private static (int First, int Second) Share(int first, int second, int room)
    {
        if (first + second <= room)
            return (first, second);
        var half = room / 2;
        return second <= half ? (room - second, second) : first <= room - half ? (first, room - first) : (room - half, half);
    }
}
