using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;

namespace ModelOps.Monitor.Verdicts;

/// <summary>
/// Holds the answers of the arms that are tried against the guards of their rollout. Shoppers are what was assigned at random, so
/// clicks and purchases are judged by shopper; failures and latency by answer, at once.
/// </summary>
internal static class Judge
{
    /// <summary>The probability that arms as good as their guards ask for are ever refused: over all guards, arms, steps and looks together.</summary>
    public const double Alpha = .02;

    /// <summary>So many answers an arm should have had by its share, and had none: that is no chance.</summary>
    private const double SuspiciousSilence = 20;

    /// <param name="trials">What the arms that are tried did, by name.</param>
    public static Verdict Of(IReadOnlyList<Guard> guards, IReadOnlyDictionary<string, ArmTotals> trials, ArmTotals baseline, Strictness strictness)
    {
        var limits = guards.SelectMany(Limit.Of).ToList();
        var alpha = Alpha / Math.Max(1, limits.Count(limit => limit.IsTested) * trials.Count * Math.Max(1, strictness.Steps));
        var evidence = (from trial in trials from limit in limits select Evidence(trial.Key, limit, trial.Value, baseline, alpha, strictness)).ToList();
        var broken = evidence.Where(guard => !guard.Holds).ToList();
        if (broken.Count > 0)
            return new Verdict(VerdictKind.Fail, string.Join(" ", broken.Select(guard => $"{guard.Arm}, {guard.Guard}: {guard.Value:0.####} against {guard.Limit:0.####} over {guard.Requests:N0} answers.")), evidence);
        if (Scarce(limits, trials, baseline, strictness.FewestAnswers) is { } scarce)
            return new Verdict(VerdictKind.Wait, scarce, evidence);
        var open = evidence.Where(guard => guard.IsOpen).ToList();
        return open.Count > 0
            ? new Verdict(VerdictKind.Extend, string.Join(" ", open.Select(guard => Open(guard, strictness))), evidence)
            : new Verdict(VerdictKind.Pass, $"All guards hold over at least {trials.Values.Min(trial => Judged(limits, trial)):N0} answers.", evidence);
    }

    private static string Open(GuardEvidence guard, Strictness strictness) =>
        $"{guard.Arm}, {guard.Guard}: {guard.Value:0.####} over {guard.Requests:N0} answers, and it may be as low as {guard.Low:0.####}. "
        + $"A promotion has to rule out a loss of {strictness.LossRuledOut:P0} of the baseline's {guard.Baseline:0.####}: "
        + (guard.More is { } more ? $"at these figures that takes about {more:N0} answers more." : "at these figures no traffic will do that.");

    /// <summary>Why there is no verdict for want of traffic; null when there is enough.</summary>
    private static string? Scarce(List<Limit> limits, IReadOnlyDictionary<string, ArmTotals> trials, ArmTotals baseline, long fewest)
    {
        foreach (var (name, trial) in trials.Append(KeyValuePair.Create("the baseline", baseline)))
        {
            var others = trials.Values.Append(baseline).Where(arm => arm != trial && arm.Requests > 0 && arm.Percent > 0).ToList();
            var share = others.Sum(arm => arm.Percent);
            var expected = share > 0 ? others.Sum(arm => arm.Requests) * trial.Percent / share : 0;
            if (trial.Requests == 0 && expected >= SuspiciousSilence)
                return $"No verdict: {name} gave no answer of this step, where by its share it should have given about {expected:N0} meanwhile. Look whether inference has loaded its version and follows the rollout.";
        }
        if (trials.Values.Append(baseline).All(arm => arm.Requests == 0))
            return "No verdict: there was no traffic in this step.";
        var (arm, answers) = trials.Select(trial => (trial.Key, Answers: Judged(limits, trial.Value))).MinBy(trial => trial.Answers);
        return answers < fewest ? $"No verdict yet: {arm}: {answers:N0} answers of this step can be judged; a verdict takes {fewest:N0}." : null;
    }

    /// <summary>Of the guards that count reactions and outcomes the one with the fewest answers decides.</summary>
    private static long Judged(List<Limit> limits, ArmTotals trial)
    {
        var answers = limits.Any(limit => limit.IsReaction) && !trial.IsShadow ? trial.Reactions.Answers : trial.Requests;
        return trial.IsShadow ? answers : limits.Where(limit => limit.IsOutcome).Select(limit => (long)trial.Outcomes.GetValueOrDefault(limit.Metric, UserSums.None).Trials).Append(answers).Min();
    }

    private static GuardEvidence Evidence(string arm, Limit limit, ArmTotals trial, ArmTotals baseline, double alpha, Strictness strictness)
    {
        UserSums Outcome(ArmTotals totals) => totals.Outcomes.GetValueOrDefault(limit.Metric, UserSums.None);
        return limit.Metric switch
        {
            GuardMetric.ErrorRate => OfFailures(arm, limit, trial, baseline, alpha),
            GuardMetric.ClickRate => RateGuard.Evidence(arm, limit, trial.Reactions.Clicks, baseline.Reactions.Clicks, trial.Reactions.Answers, alpha, trial.IsShadow ? null : strictness.LossRuledOut),
            GuardMetric.ConversionRate => RateGuard.Evidence(arm, limit, trial.Reactions.Purchases, baseline.Reactions.Purchases, trial.Reactions.Answers, alpha, null),
            GuardMetric.LatencyP99 => OfFigure(arm, limit, trial.LatencyP99, baseline.LatencyP99, trial.Requests,
                trial.Requests >= strictness.FewestAnswers && (!limit.IsRelative || baseline.Requests >= strictness.FewestAnswers)),
            GuardMetric.Overlap => OfFigure(arm, limit, trial.IsShadow ? trial.Overlap / trial.Compared : 1, 1, trial.Requests, trial.Compared >= strictness.FewestAnswers),
            _ when limit.IsOutcome => RateGuard.Evidence(arm, limit, Outcome(trial), Outcome(baseline), (long)Outcome(trial).Trials, alpha, limit.Metric == OutcomeMetric.SearchClickRate ? strictness.LossRuledOut : null),
            _ => throw new ArgumentOutOfRangeException(nameof(limit), limit.Metric, "No such metric."),
        };
    }

    /// <summary>An absolute limit is tested after every answer; one relative to the baseline as a rate is, each answer by itself.</summary>
    private static GuardEvidence OfFailures(string arm, Limit limit, ArmTotals trial, ArmTotals baseline, double alpha)
    {
        if (limit.IsRelative || limit.Bound is <= 0 or >= 1)
            return RateGuard.Evidence(arm, limit, Alone(trial), Alone(baseline), trial.Requests, alpha, null);
        var gain = limit.IsLeast
            ? FailureTest.LogGain(trial.Requests - trial.Failures, trial.Requests, 1 - limit.Bound)
            : FailureTest.LogGain(trial.Failures, trial.Requests, limit.Bound);
        var (value, usual) = (Alone(trial).Rate, Alone(baseline).Rate);
        return new GuardEvidence(arm, limit.Text, gain <= -Math.Log(alpha), value, null, null, limit.Bound, trial.Requests, usual);

        static UserSums Alone(ArmTotals totals) => new(totals.Requests, totals.Requests, totals.Failures, totals.Requests, totals.Failures, totals.Failures);
    }

    private static GuardEvidence OfFigure(string arm, Limit limit, double value, double baseline, long answers, bool isEnough)
    {
        var bound = limit.IsRelative ? limit.Bound * baseline : limit.Bound;
        return new GuardEvidence(arm, limit.Text, !isEnough || (limit.IsLeast ? value >= bound : value <= bound), value, null, null, bound, answers, baseline);
    }
}
