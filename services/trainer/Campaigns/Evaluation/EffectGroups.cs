using ModelOps.Features.Campaigns;

namespace ModelOps.Trainer.Campaigns.Evaluation;

/// <summary>What being contacted changed for customers with such scores: groups of equal size, joined until effects rise with scores (pool adjacent violators).</summary>
public static class EffectGroups
{
    private const double Normal95 = 1.96;

    /// <param name="cases">Customers that the scores' model was not trained on.</param>
    public static IReadOnlyList<EffectGroup> Of(IReadOnlyList<UpliftCase> cases, int groups = 10) => Pooled(cases, groups, Effect);

    /// <summary>The mean outcomes of the contacted, where there is no control group.</summary>
    public static IReadOnlyList<EffectGroup> Outcomes(IReadOnlyList<UpliftCase> cases, int groups = 10) => Pooled(cases, groups, Outcome);

    private static EffectGroup[] Pooled(IReadOnlyList<UpliftCase> cases, int groups, Func<IReadOnlyList<UpliftCase>, EffectGroup> measure)
    {
        ArgumentNullException.ThrowIfNull(cases);
        var ordered = cases.OrderBy(one => one.Score).ToArray();
        var blocks = new List<List<UpliftCase>>();
        foreach (var part in Parts(ordered, Math.Max(1, (ordered.Length + groups - 1) / groups)))
        {
            blocks.Add([.. part]);
            while (blocks.Count > 1 && !(measure(blocks[^1]).Effect > measure(blocks[^2]).Effect))
            {
                blocks[^2].AddRange(blocks[^1]);
                blocks.RemoveAt(blocks.Count - 1);
            }
        }
        return [.. blocks.Select(measure)];
    }

    /// <summary>Of about a size; customers with the same score stay together.</summary>
    private static IEnumerable<ArraySegment<UpliftCase>> Parts(UpliftCase[] ordered, int size)
    {
        for (var (from, to) = (0, 0); from < ordered.Length; from = to)
        {
            to = Math.Min(from + size, ordered.Length);
            while (to < ordered.Length && ordered[to].Score <= ordered[to - 1].Score)
                to++;
            if (ordered.Length - to < size / 2)
                to = ordered.Length; // too few for a group of their own
            yield return new ArraySegment<UpliftCase>(ordered, from, to - from);
        }
    }

    /// <summary>Difference of the means of the contacted and the control group, with its 95 % interval (Welch).</summary>
    public static EffectGroup Effect(IReadOnlyList<UpliftCase> cases)
    {
        ArgumentNullException.ThrowIfNull(cases);
        var (treated, control) = (Moments(cases, true), Moments(cases, false));
        var effect = treated.Mean - control.Mean;
        var deviation = Math.Sqrt(treated.MeanVariance + control.MeanVariance);
        return new EffectGroup(cases.Min(one => one.Score), effect, effect - Normal95 * deviation, effect + Normal95 * deviation);
    }

    /// <summary>The mean outcome of the contacted, with its 95 % interval.</summary>
    public static EffectGroup Outcome(IReadOnlyList<UpliftCase> cases)
    {
        ArgumentNullException.ThrowIfNull(cases);
        var (mean, variance) = Moments(cases, true);
        var half = Normal95 * Math.Sqrt(variance);
        return new EffectGroup(cases.Min(one => one.Score), mean, mean - half, mean + half);
    }

    /// <summary>NaN, which orders below every effect, where a group has nobody.</summary>
    private static (double Mean, double MeanVariance) Moments(IReadOnlyList<UpliftCase> cases, bool treated)
    {
        double[] outcomes = [.. cases.Where(one => one.Treated == treated).Select(one => one.Outcome)];
        if (outcomes.Length == 0)
            return (double.NaN, double.NaN);
        var mean = outcomes.Average();
        return (mean, outcomes.Length < 2 ? 0 : outcomes.Sum(outcome => (outcome - mean) * (outcome - mean)) / (outcomes.Length - 1) / outcomes.Length);
    }
}
