// Dawid, Skene: Maximum likelihood estimation of observer error-rates using the EM algorithm. 1979, https://doi.org/10.2307/2346806
// Ratner, De Sa, Wu, Selsam, Ré: Data programming: creating large training sets, quickly. 2016, https://arxiv.org/abs/1605.07723
namespace ModelOps.DataPrep.Labelling;

/// <summary>Rows on which the same functions voted.</summary>
/// <param name="Functions">Those that voted, ascending.</param>
/// <param name="Truth">What the shop or a person says, where they did; -1 where not.</param>
internal sealed record VotePattern(IReadOnlyList<int> Functions, int Truth, long Rows);

/// <summary>
/// How right each labelling function is, found out from where functions agree and from what the shop and people say: Dawid's and
/// Skene's observers, each of which knows one label. It votes for it, or not, with one probability on rows of its label and another on
/// all others. Learning counts silence too, or one label would swallow the others; judging goes by the votes that were given.
/// </summary>
internal sealed class LabelModel
{
    /// <summary>What is believed of a function before it is seen: right seven times in ten, as firmly as ten votes would say.</summary>
    private const double PriorRight = 7, PriorWrong = 3;

    private const int MostRounds = 200;
    private const double Tolerance = 1e-7;

    private readonly int[] labelOf;
    private readonly double[] share;
    private readonly double[] onLabel;
    private readonly double[] onOthers;

    private LabelModel(int[] labelOf, double[] share, double[] onLabel, double[] onOthers, double[] accuracy)
    {
        (this.labelOf, this.share, this.onLabel, this.onOthers) = (labelOf, share, onLabel, onOthers);
        Accuracy = accuracy;
    }

    /// <summary>The share of a function's votes that is thought right.</summary>
    public IReadOnlyList<double> Accuracy { get; }

    /// <summary>Every function counts the same, every label is as frequent as the others.</summary>
    /// <param name="labelOf">The label that each function votes for.</param>
    /// <param name="labels">How many labels there are.</param>
    public static LabelModel Majority(IReadOnlyList<int> labelOf, int labels) => Start(labelOf, labels, [.. labelOf.Select(_ => .5 / Math.Max(2, labels))]);

    public static LabelModel Learn(IReadOnlyList<int> labelOf, int labels, IReadOnlyList<VotePattern> patterns)
    {
        var rows = (double)Math.Max(1, patterns.Sum(pattern => pattern.Rows));
        var votes = labelOf.Select((_, function) => patterns.Where(pattern => pattern.Functions.Contains(function)).Sum(pattern => pattern.Rows)).ToList();
        var model = Start(labelOf, labels, [.. votes.Select(count => Math.Clamp(count, 1, rows) / rows)]);
        for (var round = 0; round < MostRounds && labelOf.Count > 0; round++)
        {
            var next = model.Learn(patterns, votes, rows);
            var moved = next.Accuracy.Zip(model.Accuracy, (after, before) => Math.Abs(after - before)).Max();
            model = next;
            if (moved < Tolerance)
                break;
        }
        return model;
    }

    /// <summary>How likely each label is that a function voted for or <paramref name="prior"/> names, the likeliest first; of equal ones the first in order.</summary>
    /// <param name="prior">What else is known of the row, such as its neighbours' opinion; its sum is at most 1, the rest is spread over the other labels.</param>
    public IReadOnlyList<(int Label, double Probability)> Judge(IReadOnlyList<int> functions, IReadOnlyList<(int Label, double Probability)>? prior = null)
    {
        var known = prior?.ToDictionary(label => label.Label, label => label.Probability);
        var rest = known is null ? 0 : Math.Max(1e-3, 1 - known.Values.Sum()) / Math.Max(1, share.Length - known.Count);
        double Before(int label) => Math.Max(known is null ? share[label] : known.GetValueOrDefault(label, rest), 1e-9);
        var likely = functions.Select(function => labelOf[function]).Concat(known?.Keys ?? Enumerable.Empty<int>()).Distinct().Order()
            .Select(label => (Label: label, Likelihood: Before(label) * Odds(functions, label))).ToList();
        // Labels that nobody names differ in how frequent they are.
        var named = likely.Select(label => label.Label).ToHashSet();
        var all = likely.Sum(label => label.Likelihood) + (known is null ? Enumerable.Range(0, share.Length).Where(label => !named.Contains(label)).Sum(Before) : rest * (share.Length - named.Count));
        return [.. likely.Select(label => (label.Label, Probability: label.Likelihood / all)).OrderByDescending(label => Math.Round(label.Probability, 9)).ThenBy(label => label.Label)];
    }

    private static LabelModel Start(IReadOnlyList<int> labelOf, int labels, IReadOnlyList<double> votes)
    {
        var accuracy = PriorRight / (PriorRight + PriorWrong);
        return new LabelModel([.. labelOf], [.. Enumerable.Repeat(1d / labels, labels)], [.. votes.Select(vote => Math.Clamp(accuracy * vote * labels, .01, .99))],
            [.. votes.Select(vote => Math.Clamp((1 - accuracy) * vote * labels / Math.Max(1, labels - 1), 1e-4, .9))], [.. labelOf.Select(_ => accuracy)]);
    }

    /// <summary>How much likelier the votes are on rows of the label than on rows of a label that nobody votes for.</summary>
    private double Odds(IEnumerable<int> functions, int label) =>
        functions.Where(function => labelOf[function] == label).Aggregate(1d, (odds, function) => odds * (onLabel[function] / onOthers[function]));

    /// <summary>One round of expectation and maximisation.</summary>
    private LabelModel Learn(IReadOnlyList<VotePattern> patterns, List<long> votes, double rows)
    {
        var silence = new double[share.Length];
        for (var function = 0; function < labelOf.Length; function++)
            silence[labelOf[function]] += Math.Log((1 - onLabel[function]) / (1 - onOthers[function]));
        var (counts, right) = (new double[share.Length], new double[labelOf.Length]);
        foreach (var pattern in patterns)
        {
            var likely = pattern.Truth >= 0 ? null : Expect(pattern.Functions, silence);
            for (var label = 0; label < share.Length; label++)
                counts[label] += pattern.Rows * (likely?[label] ?? (label == pattern.Truth ? 1 : 0));
            foreach (var function in pattern.Functions)
                right[function] += pattern.Rows * (likely?[labelOf[function]] ?? (labelOf[function] == pattern.Truth ? 1 : 0));
        }
        return new LabelModel(labelOf,
            [.. counts.Select(count => (count + 1) / (rows + share.Length))],
            [.. right.Select((sum, function) => Math.Clamp((sum + PriorRight / 10) / (counts[labelOf[function]] + 1), 1e-4, .999))],
            [.. right.Select((sum, function) => Math.Clamp((votes[function] - sum + PriorWrong / 10) / (rows - counts[labelOf[function]] + 1), 1e-5, .999))],
            [.. right.Select((sum, function) => (sum + PriorRight) / (votes[function] + PriorRight + PriorWrong))]);
    }

    private double[] Expect(IReadOnlyList<int> functions, double[] silence)
    {
        var log = new double[share.Length];
        for (var label = 0; label < log.Length; label++)
            log[label] = Math.Log(share[label]) + silence[label];
        foreach (var function in functions)
            log[labelOf[function]] += Math.Log(onLabel[function] / onOthers[function]) - Math.Log((1 - onLabel[function]) / (1 - onOthers[function]));
        var highest = log.Max();
        var sum = log.Sum(value => Math.Exp(value - highest));
        return [.. log.Select(value => Math.Exp(value - highest) / sum)];
    }
}
