// Sennrich, Haddow, Birch: Neural Machine Translation of Rare Words with Subword Units. ACL 2016, https://arxiv.org/abs/1508.07909
namespace ModelOps.Features.Text.Tokenizers;

/// <summary>Learns which neighbours to join: again and again the most frequent pair, of equal ones the first in the alphabet.</summary>
internal sealed class PairMerges
{
    private readonly List<(string[] Symbols, long Count)> words;
    private readonly Dictionary<(string, string), long> counts = [];
    private readonly Dictionary<(string, string), HashSet<int>> places = [];
    private readonly PriorityQueue<(string Left, string Right), (long Count, string Left, string Right)> queue = new(Comparer<(long Count, string Left, string Right)>.Create(static (one, other) =>
        one.Count != other.Count ? other.Count.CompareTo(one.Count) : string.CompareOrdinal(one.Left, other.Left) is not 0 and var left ? left : string.CompareOrdinal(one.Right, other.Right)));

    private readonly Func<string, string, string> join;

    /// <param name="words">As symbols, with how often each occurs.</param>
    /// <param name="join">The symbol that two become.</param>
    public PairMerges(IEnumerable<(string[] Symbols, long Count)> words, Func<string, string, string> join)
    {
        (this.words, this.join) = ([.. words], join);
        for (var word = 0; word < this.words.Count; word++)
            Count(word, 1);
        foreach (var (pair, count) in counts)
            queue.Enqueue(pair, (count, pair.Item1, pair.Item2));
    }

    /// <summary>The next pair, already joined in all words; null where none occurs as often as <paramref name="least"/>.</summary>
    public (string Left, string Right)? Next(long least)
    {
        while (queue.TryDequeue(out var pair, out var rank))
        {
            var count = counts.GetValueOrDefault(pair);
            if (count < rank.Count)
            {
                if (count >= least)
                    queue.Enqueue(pair, (count, pair.Left, pair.Right)); // it was counted before others took its places
                continue;
            }
            if (count < least)
                return null;
            Join(pair);
            return pair;
        }
        return null;
    }

    private void Join((string Left, string Right) pair)
    {
        var touched = new HashSet<(string, string)>();
        foreach (var word in places[pair].Order().ToList())
        {
            Count(word, -1);
            words[word] = (Joined(words[word].Symbols, pair), words[word].Count);
            Count(word, 1, touched);
        }
        counts.Remove(pair);
        places.Remove(pair);
        foreach (var other in touched.Where(other => other != pair))
            queue.Enqueue(other, (counts[other], other.Item1, other.Item2));
    }

    private string[] Joined(string[] symbols, (string Left, string Right) pair)
    {
        var joined = new List<string>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            var isPair = i + 1 < symbols.Length && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
            joined.Add(isPair ? join(pair.Left, pair.Right) : symbols[i]);
            i += isPair ? 1 : 0;
        }
        return [.. joined];
    }

    private void Count(int word, int sign, HashSet<(string, string)>? touched = null)
    {
        var (symbols, count) = words[word];
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            var pair = (symbols[i], symbols[i + 1]);
            counts[pair] = counts.GetValueOrDefault(pair) + sign * count;
            if (!places.TryGetValue(pair, out var at))
                places[pair] = at = [];
            if (sign > 0)
                at.Add(word);
            else
                at.Remove(word);
            touched?.Add(pair);
        }
    }
}
