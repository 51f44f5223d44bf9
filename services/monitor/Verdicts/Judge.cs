using ModelOps.Contracts.Deployments;

namespace ModelOps.Monitor.Verdicts;

/// <summary>Holds a challenger's answers against the guards of its rollout.</summary>
internal static class Judge
{
    /// <summary>The probability that a challenger as good as its guards ask for is ever refused, over all guards together.</summary>
    private const double Alpha = .02;

    /// <param name="fewest">Answers without which nothing is said, unless a rate is already certain to be wrong.</param>
    public static Verdict Of(IReadOnlyList<Guard> guards, ArmTotals challenger, ArmTotals champion, long fewest)
    {
        var alpha = Alpha / Math.Max(1, guards.Count);
        var evidence = guards.SelectMany(guard => LimitsOf(guard).Select(limit => Evidence(guard, limit, challenger, champion, alpha, fewest))).ToList();
        var broken = evidence.Where(guard => !guard.Holds).ToList();
        if (broken.Count > 0)
            return new Verdict(VerdictKind.Fail, string.Join(" ", broken.Select(guard => $"{guard.Guard}: {guard.Value:0.####} against {guard.Limit:0.####} over {guard.Requests:N0} answers.")), evidence);
        return challenger.Requests < fewest
            ? new Verdict(VerdictKind.Wait, $"{challenger.Requests:N0} answers since the step began; a verdict takes {fewest:N0}.", evidence)
            : new Verdict(VerdictKind.Pass, $"All guards hold over {challenger.Requests:N0} answers.", evidence);
    }

    /// <summary>One limit of a guard: at least or at most, of itself or as a multiple of the champion's.</summary>
    private readonly record struct Limit(string Text, double Bound, bool IsLeast, bool IsRelative);

    private static IEnumerable<Limit> LimitsOf(Guard guard)
    {
        if (guard.AtLeast is { } least)
            yield return new($"{guard.Metric} at least {least}", least, true, false);
        if (guard.AtMost is { } most)
            yield return new($"{guard.Metric} at most {most}", most, false, false);
        if (guard.AtLeastTimes is { } leastTimes)
            yield return new($"{guard.Metric} at least {leastTimes} times the champion's", leastTimes, true, true);
        if (guard.AtMostTimes is { } mostTimes)
            yield return new($"{guard.Metric} at most {mostTimes} times the champion's", mostTimes, false, true);
    }

    private static GuardEvidence Evidence(Guard guard, Limit limit, ArmTotals challenger, ArmTotals champion, double alpha, long fewest) => guard.Metric switch
    {
        GuardMetric.ErrorRate => OfRate(limit, challenger.Failures, challenger.Requests, champion.Failures, champion.Requests, challenger, alpha),
        GuardMetric.ClickRate => OfRate(limit, challenger.Clicks, challenger.Impressions, champion.Clicks, champion.Impressions, challenger, alpha),
        GuardMetric.ConversionRate => OfRate(limit, challenger.Purchases, challenger.Impressions, champion.Purchases, champion.Impressions, challenger, alpha),
        GuardMetric.LatencyP99 => OfFigure(limit, challenger.LatencyP99, champion.LatencyP99, challenger, challenger.Requests >= fewest && (!limit.IsRelative || champion.Requests >= fewest)),
        GuardMetric.Overlap => OfFigure(limit, challenger.Compared == 0 ? 1 : challenger.Overlap / challenger.Compared, 1, challenger, challenger.Compared >= fewest),
        _ => throw new ArgumentOutOfRangeException(nameof(guard), guard.Metric, "No such metric."),
    };

    /// <summary>A rate breaks its limit only when its whole interval does.</summary>
    private static GuardEvidence OfRate(Limit limit, double hits, double observations, double championHits, double championObservations, ArmTotals challenger, double alpha)
    {
        var rate = observations == 0 ? 0 : hits / observations;
        double? championRate = championObservations == 0 ? null : championHits / championObservations;
        if (observations == 0 || (limit.IsRelative && championRate is null))
            return new GuardEvidence(limit.Text, true, rate, null, null, limit.Bound, challenger.Requests, championRate);
        var bound = limit.IsRelative ? limit.Bound * championRate!.Value : limit.Bound;
        var variance = ConfidenceSequence.VarianceOfRate(hits, observations);
        if (limit.IsRelative) // the champion's rate is known no better than from its own answers
            variance += limit.Bound * limit.Bound * ConfidenceSequence.VarianceOfRate(championHits, championObservations) * observations / championObservations;
        var half = ConfidenceSequence.HalfWidth(variance, observations, alpha);
        var holds = limit.IsLeast ? rate + half >= bound : rate - half <= bound;
        return new GuardEvidence(limit.Text, holds, rate, Math.Max(0, rate - half), Math.Min(1, rate + half), bound, challenger.Requests, championRate);
    }

    private static GuardEvidence OfFigure(Limit limit, double value, double champion, ArmTotals challenger, bool isEnough)
    {
        var bound = limit.IsRelative ? limit.Bound * champion : limit.Bound;
        return new GuardEvidence(limit.Text, !isEnough || (limit.IsLeast ? value >= bound : value <= bound), value, null, null, bound, challenger.Requests, champion);
    }
}
