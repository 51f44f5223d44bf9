using ModelOps.Features.Text;

namespace ModelOps.DataPrep.Labelling;

/// <summary>What the rows that are labelled say of one that is not, in probabilities: shares of votes are worth what they proved to be worth on rows whose label is known.</summary>
internal sealed class NeighbourOpinions
{
    /// <summary>Known rows that are asked, each without itself, to see how right the others are.</summary>
    private const int MostAsked = 5000;

    /// <summary>Labels with a smaller share are left to the rest.</summary>
    private const int MostLabels = 10;

    private readonly TextNeighbours texts = new(new NeighbourSettings());
    private readonly List<string> keys = [];
    private Calibration worth = new([]);

    private NeighbourOpinions() { }

    /// <summary>How often the first label was right of those asked.</summary>
    public double Accuracy { get; private set; }

    /// <param name="known">Keys, texts and the number of their label.</param>
    public static NeighbourOpinions Learn(IEnumerable<(string Key, DescribedText Text, int Label)> known)
    {
        var opinions = new NeighbourOpinions();
        foreach (var (key, text, label) in known)
        {
            opinions.keys.Add(key);
            opinions.texts.Add(text.Weighted(), label);
        }
        opinions.texts.Index();
        opinions.Calibrate();
        return opinions;
    }

    /// <summary>The likeliest labels; their sum is below 1. Empty when nothing is alike.</summary>
    public IReadOnlyList<Opinion> Of(DescribedText text) => Weigh(texts.Ask(text.Weighted()));

    public string KeyOf(int text) => keys[text];

    private void Calibrate()
    {
        var step = Math.Max(1.0, (double)texts.Count / MostAsked);
        var asked = Enumerable.Range(0, (int)(texts.Count / step)).Select(i => (int)(i * step)).ToList();
        var answers = asked.AsParallel().AsOrdered().Select(text => (Label: texts.LabelOf(text), Votes: texts.AskWithout(text))).ToList();
        worth = new Calibration(answers.Select(answer => answer.Votes is { Count: > 0 } votes ? (votes[0].Share, votes[0].Label == answer.Label) : (0d, false)));
        Accuracy = answers.Count == 0 ? 0 : Math.Round((double)answers.Count(answer => answer.Votes.Count > 0 && answer.Votes[0].Label == answer.Label) / answers.Count, 4);
    }

    /// <summary>The first label is as likely as its share proved right; the others have the rest in proportion to their votes, each at most as much as the first.</summary>
    private IReadOnlyList<Opinion> Weigh(IReadOnlyList<Vote> votes)
    {
        if (votes.Count == 0)
            return [];
        var first = worth.Of(votes[0].Share);
        var others = (1 - first) / Math.Max(1e-9, 1 - votes[0].Share);
        var likely = votes.Take(MostLabels).Select((vote, i) => i == 0 ? first : vote.Share * others).ToArray();
        if (likely.Length > 1 && likely[1] > first)
            likely[0] = likely[1] = (first + likely[1]) / 2;
        return [.. votes.Zip(likely, (vote, probability) => new Opinion(vote.Label, probability, vote.Nearest))];
    }
}

/// <param name="Nearest">The most alike row of that label.</param>
internal readonly record struct Opinion(int Label, double Probability, int Nearest);
