using ModelOps.Contracts.Deployments;

namespace ModelOps.Monitor.Verdicts;

/// <summary>One limit of a guard: at least or at most, of itself or as a multiple of the baseline's.</summary>
internal sealed record Limit(string Metric, string Text, double Bound, bool IsLeast, bool IsRelative)
{
    public bool IsReaction => Metric is GuardMetric.ClickRate or GuardMetric.ConversionRate || IsOutcome;

    /// <summary>Of what became of a search, or of a customer's message.</summary>
    public bool IsOutcome => GuardMetric.Outcomes.Contains(Metric);

    /// <summary>Judged by a test that may err, and so needs its part of the probability to do so.</summary>
    public bool IsTested => IsReaction || Metric == GuardMetric.ErrorRate;

    public static IEnumerable<Limit> Of(Guard guard)
    {
        if (guard.AtLeast is { } least)
            yield return new(guard.Metric, $"{guard.Metric} at least {least}", least, true, false);
        if (guard.AtMost is { } most)
            yield return new(guard.Metric, $"{guard.Metric} at most {most}", most, false, false);
        if (guard.AtLeastTimes is { } leastTimes)
            yield return new(guard.Metric, $"{guard.Metric} at least {leastTimes} times the baseline's", leastTimes, true, true);
        if (guard.AtMostTimes is { } mostTimes)
            yield return new(guard.Metric, $"{guard.Metric} at most {mostTimes} times the baseline's", mostTimes, false, true);
    }
}
