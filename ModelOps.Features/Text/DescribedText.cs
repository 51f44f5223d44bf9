namespace ModelOps.Features.Text;

/// <summary>A text as weighted words: what it is about first, then what says more, then by whom.</summary>
/// <param name="Title">A title, or a message's text.</param>
/// <param name="More">A description.</param>
public readonly record struct DescribedText(string? Title, string? More = null, string? Brand = null)
{
    /// <summary>Of a pair of neighbouring words, where a word of the title weighs 1.</summary>
    private const float PairWeight = .5f;

    private const float BrandWeight = 1;
    private const float MoreWeight = .3f;

    /// <summary>Each word once, in the order of the text.</summary>
    public IReadOnlyCollection<(string Word, float Weight)> Weighted()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var weighted = new List<(string, float)>();
        void Add(string word, float weight)
        {
            if (seen.Add(word))
                weighted.Add((word, weight));
        }
        string? last = null;
        foreach (var word in Words.Of(Title))
        {
            Add(word, 1);
            if (last is not null && char.IsAsciiLetterOrDigit(word[0]))
                Add(last + ' ' + word, PairWeight);
            last = word;
        }
        foreach (var word in Words.Of(More))
            Add(word, MoreWeight);
        if (!string.IsNullOrWhiteSpace(Brand))
            Add("brand:" + Brand.Trim().ToLowerInvariant(), BrandWeight);
        return weighted;
    }
}
