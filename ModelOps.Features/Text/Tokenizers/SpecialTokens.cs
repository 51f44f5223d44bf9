namespace ModelOps.Features.Text.Tokenizers;

/// <summary>Numbers of the tokens that stand for no text.</summary>
/// <param name="Padding">Fills rows of a batch; where there is none of its own, the end's.</param>
/// <param name="Unknown">In place of a word that the vocabulary cannot spell.</param>
/// <param name="Start">Before everything, <c>[CLS]</c> or <c>&lt;s&gt;</c>.</param>
/// <param name="Separator">After each text, <c>[SEP]</c> or <c>&lt;/s&gt;</c>.</param>
/// <param name="Mask">What masked-language-model training asks for.</param>
/// <param name="End">Where a decoder stops.</param>
public sealed record SpecialTokens(int Padding, int? Unknown, int? Start, int? Separator, int? Mask, int? End)
{
    private static readonly string[] Paddings = ["[PAD]", "<pad>"], Unknowns = ["[UNK]", "<unk>"], Starts = ["[CLS]", "<s>"], Separators = ["[SEP]", "</s>"], Masks = ["[MASK]", "<mask>"], Ends = ["<|endoftext|>", "</s>", "[SEP]"];

    /// <summary>Between two texts a second separator, as RoBERTa has it.</summary>
    public bool HasDoubleSeparator { get; init; }

    /// <summary>Found by the names that published vocabularies use.</summary>
    public static SpecialTokens In(IReadOnlyDictionary<string, int> vocabulary)
    {
        int? Find(string[] names) => names.Select(name => vocabulary.TryGetValue(name, out var id) ? id : (int?)null).FirstOrDefault(id => id is not null);
        var end = Find(Ends);
        return new SpecialTokens(Find(Paddings) ?? end ?? 0, Find(Unknowns), Find(Starts), Find(Separators), Find(Masks), end) { HasDoubleSeparator = vocabulary.ContainsKey("</s>") };
    }

    public bool Contains(int id) => id == Unknown || id == Start || id == Separator || id == Mask || id == End || (id == Padding && (Unknown is not null || End is not null));

    /// <summary>Special tokens that an encoding gets.</summary>
    public int Around(bool isPair) => (Start is null ? 0 : 1) + (Separator is null ? 0 : isPair ? HasDoubleSeparator ? 3 : 2 : 1);

    internal (int[] Ids, int SecondStart) Join(List<int> first, List<int>? second)
    {
        var ids = new List<int>(first.Count + (second?.Count ?? 0) + Around(second is not null));
        void Add(int? special)
        {
            if (special is { } id)
                ids.Add(id);
        }
        Add(Start);
        ids.AddRange(first);
        Add(Separator);
        if (second is null)
            return ([.. ids], ids.Count);
        if (HasDoubleSeparator)
            Add(Separator);
        var start = ids.Count;
        ids.AddRange(second);
        Add(Separator);
        return ([.. ids], start);
    }
}
