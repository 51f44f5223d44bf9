// Salton, Buckley: Term-weighting approaches in automatic text retrieval. 1988, https://doi.org/10.1016/0306-4573(88)90021-0
// Yang: An evaluation of statistical approaches to text categorization. 1999, https://doi.org/10.1023/A:1009982220290
using System.Collections.Concurrent;

namespace ModelOps.Features.Text;

/// <summary>How neighbours vote.</summary>
/// <param name="Neighbours">The most alike texts that vote.</param>
/// <param name="Power">Of the likeness: above 1, the nearest decide.</param>
/// <param name="Budget">Texts that a question may touch: its rarest words are looked up first, those that nearly all texts share last or never.</param>
public sealed record NeighbourSettings(int Neighbours = 25, double Power = 3, int Budget = 50_000);

/// <summary>A label that neighbours vote for.</summary>
/// <param name="Share">Of the votes; what is missing to 1 says how unlike the neighbours are.</param>
/// <param name="Nearest">The most alike text of that label.</param>
public readonly record struct Vote(int Label, double Share, int Nearest);

/// <summary>
/// Labelled texts, and which of them a text is like: the cosine of words weighted by their rarity, over an inverted index. Add all texts,
/// then ask, from as many threads as one likes; an answer does not depend on the others.
/// </summary>
public sealed class TextNeighbours(NeighbourSettings settings)
{
    /// <summary>Likeness at which a single neighbour's label has half of the votes.</summary>
    private const double Likely = .2;

    private readonly Dictionary<string, int> words = new(StringComparer.Ordinal);
    private readonly List<(int[] Words, float[] Weights)> texts = [];
    private readonly List<int> labels = [];
    private readonly ConcurrentBag<Tally> tallies = [];
    private Postings? postings;

    public int Count => texts.Count;

    public int LabelOf(int text) => labels[text];

    /// <param name="described">The text's words with their weights, each word once.</param>
    public void Add(IReadOnlyCollection<(string Word, float Weight)> described, int label)
    {
        ArgumentNullException.ThrowIfNull(described);
        var ids = new int[described.Count];
        var i = 0;
        foreach (var (word, _) in described)
        {
            if (!words.TryGetValue(word, out ids[i]))
                words[word] = ids[i] = words.Count;
            i++;
        }
        texts.Add((ids, [.. described.Select(word => word.Weight)]));
        labels.Add(label);
        postings = null;
    }

    /// <summary>Makes the index of what was added.</summary>
    public void Index() => postings = new Postings(texts, words.Count);

    /// <returns>The labels with most votes first.</returns>
    public IReadOnlyList<Vote> Ask(IReadOnlyCollection<(string Word, float Weight)> described)
    {
        ArgumentNullException.ThrowIfNull(described);
        var known = described.Select(word => (Word: words.GetValueOrDefault(word.Word, -1), word.Weight)).ToList();
        return Ask([.. known.Select(word => word.Word)], [.. known.Select(word => word.Weight)], -1);
    }

    /// <summary>What the others say of one of the texts.</summary>
    public IReadOnlyList<Vote> AskWithout(int text) => Ask(texts[text].Words, texts[text].Weights, text);

    private IReadOnlyList<Vote> Ask(int[] ids, float[] of, int except)
    {
        var index = postings ?? throw new InvalidOperationException("Call Index() after the last Add().");
        if (!tallies.TryTake(out var tally))
            tally = new Tally(texts.Count);
        var norm = index.Norm(ids, of);
        var budget = settings.Budget;
        foreach (var (word, weight) in ids.Zip(of).Where(word => word.First >= 0).OrderBy(word => index.Frequency(word.First)).ThenBy(word => word.First))
        {
            if ((budget -= index.Frequency(word)) < 0)
                break;
            index.AddTo(tally, word, weight * index.Rarity(word) / norm);
        }
        var nearest = tally.Take(settings.Neighbours, except);
        tallies.Add(tally);
        // One more neighbour, which is like nothing, has a vote for no label: a text that is hardly like any leaves none that is sure.
        var votes = nearest.GroupBy(near => labels[near.Text]).Select(group => (Label: group.Key, Votes: group.Sum(near => Math.Pow(near.Likeness, settings.Power)), Nearest: group.First().Text)).ToList();
        var all = votes.Sum(vote => vote.Votes) + Math.Pow(Likely, settings.Power);
        return [.. votes.OrderByDescending(vote => vote.Votes).ThenBy(vote => vote.Label).Select(vote => new Vote(vote.Label, vote.Votes / all, vote.Nearest))];
    }
}
