using ModelOps.Contracts.Deployments;

namespace ModelOps.Monitor.Verdicts;

/// <summary>Holds the answers of the arms that are tried against the guards of their rollout.</summary>
internal static class Judge
{
    /// <summary>The probability that arms as good as their guards ask for are ever refused, over all of both together.</summary>
    private const double Alpha = .02;

    /// <param name="trials">What the arms that are tried did, by name.</param>
    /// <param name="fewest">Answers of an arm without which nothing good is said, and nothing bad unless a rate is certain to be wrong.</param>
    public static Verdict Of(IReadOnlyList<Guard> guards, IReadOnlyDictionary<string, ArmTotals> trials, ArmTotals baseline, long fewest)
    {
        var alpha = Alpha / Math.Max(1, guards.Count * trials.Count);
        var evidence = (from trial in trials
                        from guard in guards
                        from limit in LimitsOf(guard)
                        select Evidence(trial.Key, guard, limit, trial.Value, baseline, alpha, fewest)).ToList();
        var broken = evidence.Where(guard => !guard.Holds).ToList();
        if (broken.Count > 0)
            return new Verdict(VerdictKind.Fail, string.Join(" ", broken.Select(guard => $"{guard.Arm}, {guard.Guard}: {guard.Value:0.####} against {guard.Limit:0.####} over {guard.Requests:N0} answers.")), evidence);
        var needsReactions = guards.Any(guard => guard.Metric is GuardMetric.ClickRate or GuardMetric.ConversionRate);
        var (arm, answers) = trials.Select(trial => (trial.Key, needsReactions && !trial.Value.IsShadow ? trial.Value.Reactions.Answers : trial.Value.Requests)).MinBy(trial => trial.Item2);
        return answers < fewest
            ? new Verdict(VerdictKind.Wait, $"{arm}: {answers:N0} answers of this step can be judged; a verdict takes {fewest:N0}.", evidence)
            : new Verdict(VerdictKind.Pass, $"All guards hold over at least {answers:N0} answers.", evidence);
    }

    /// <summary>One limit of a guard: at least or at most, of itself or as a multiple of the baseline's.</summary>
    private readonly record struct Limit(string Text, double Bound, bool IsLeast, bool IsRelative);

    private static IEnumerable<Limit> LimitsOf(Guard guard)
    {
        if (guard.AtLeast is { } least)
            yield return new($"{guard.Metric} at least {least}", least, true, false);
        if (guard.AtMost is { } most)
            yield return new($"{guard.Metric} at most {most}", most, false, false);
        if (guard.AtLeastTimes is { } leastTimes)
            yield return new($"{guard.Metric} at least {leastTimes} times the baseline's", leastTimes, true, true);
        if (guard.AtMostTimes is { } mostTimes)
            yield return new($"{guard.Metric} at most {mostTimes} times the baseline's", mostTimes, false, true);
    }

    private static GuardEvidence Evidence(string arm, Guard guard, Limit limit, ArmTotals trial, ArmTotals baseline, double alpha, long fewest)
    {
        var (seen, usual) = (trial.Reactions, baseline.Reactions);
        return guard.Metric switch
        {
            GuardMetric.ErrorRate => OfRate(arm, limit, new(trial.Failures, trial.Requests), new(baseline.Failures, baseline.Requests), trial.Requests, alpha),
            GuardMetric.ClickRate => OfRate(arm, limit, new(seen.Clicks, seen.Impressions), new(usual.Clicks, usual.Impressions), seen.Answers, alpha),
            GuardMetric.ConversionRate => OfRate(arm, limit, new(seen.Purchases, seen.Impressions), new(usual.Purchases, usual.Impressions), seen.Answers, alpha),
            GuardMetric.LatencyP99 => OfFigure(arm, limit, trial.LatencyP99, baseline.LatencyP99, trial.Requests, trial.Requests >= fewest && (!limit.IsRelative || baseline.Requests >= fewest)),
            GuardMetric.Overlap => OfFigure(arm, limit, trial.IsShadow ? trial.Overlap / trial.Compared : 1, 1, trial.Requests, trial.Compared >= fewest),
            _ => throw new ArgumentOutOfRangeException(nameof(guard), guard.Metric, "No such metric."),
        };
    }

    /// <summary>A rate breaks its limit only when its whole interval does.</summary>
    private static GuardEvidence OfRate(string arm, Limit limit, Rate rate, Rate baseline, long answers, double alpha)
    {
        if (rate.Observations == 0 || (limit.IsRelative && baseline.Observations == 0))
            return new GuardEvidence(arm, limit.Text, true, rate.Value, null, null, limit.Bound, answers, baseline.Value);
        var bound = limit.IsRelative ? limit.Bound * baseline.Value : limit.Bound;
        // Few observations may show no hit at all: they are no less scattered than the limit itself would be.
        var variance = Math.Max(rate.Variance, bound * (1 - bound));
        if (limit.IsRelative) // the baseline's rate is known no better than from its own answers
            variance += limit.Bound * limit.Bound * baseline.Variance * rate.Observations / baseline.Observations;
        var half = ConfidenceSequence.HalfWidth(variance, rate.Observations, alpha);
        var holds = limit.IsLeast ? rate.Value + half >= bound : rate.Value - half <= bound;
        return new GuardEvidence(arm, limit.Text, holds, rate.Value, Math.Max(0, rate.Value - half), Math.Min(1, rate.Value + half), bound, answers, baseline.Value);
    }

    private readonly record struct Rate(double Hits, double Observations)
    {
        public double Value => Observations == 0 ? 0 : Hits / Observations;

        public double Variance => Value * (1 - Value);
    }

    private static GuardEvidence OfFigure(string arm, Limit limit, double value, double baseline, long answers, bool isEnough)
    {
        var bound = limit.IsRelative ? limit.Bound * baseline : limit.Bound;
        return new GuardEvidence(arm, limit.Text, !isEnough || (limit.IsLeast ? value >= bound : value <= bound), value, null, null, bound, answers, baseline);
    }
}
