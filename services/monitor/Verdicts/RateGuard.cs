using ModelOps.Contracts.Deployments;

namespace ModelOps.Monitor.Verdicts;

/// <summary>A rate breaks its limit only when it is certain to: when the whole of what it may be lies beyond.</summary>
internal static class RateGuard
{
    private const double Most = 1e12; // answers; more will not come

    /// <param name="answers">Of the arm that is tried.</param>
    /// <param name="alpha">The probability of a false alarm, over all looks.</param>
    /// <param name="lossRuledOut">For a promotion: the share of the baseline's rate that must be certain not to be lost. Asked of limits from below, relative to the baseline.</param>
    public static GuardEvidence Evidence(string arm, Limit limit, UserSums trial, UserSums baseline, long answers, double alpha, double? lossRuledOut)
    {
        if (trial.Trials == 0 || (limit.IsRelative && baseline.Trials == 0))
            return new GuardEvidence(arm, limit.Text, true, trial.Rate, null, null, limit.Bound, answers, baseline.Rate, trial.Shoppers);
        var bound = limit.IsRelative ? limit.Bound * baseline.Rate : limit.Bound;
        var margin = Margin(limit, trial, baseline, bound, 1, alpha);
        var holds = limit.IsLeast ? trial.Rate + margin >= bound : trial.Rate - margin <= bound;
        var evidence = new GuardEvidence(arm, limit.Text, holds, trial.Rate, Math.Max(0, trial.Rate - margin), trial.Rate + margin, bound, answers, baseline.Rate, trial.Shoppers);
        if (lossRuledOut is not { } loss || !limit.IsLeast || !limit.IsRelative)
            return evidence;
        var target = Math.Min(bound, (1 - loss) * baseline.Rate);
        return trial.Rate - margin >= target ? evidence : evidence with { IsOpen = true, More = MoreAnswers(limit, trial, baseline, bound, target, answers, alpha) };
    }

    /// <summary>How far the rate may be off, relative to its limit, once there is <paramref name="times"/> as much traffic.</summary>
    private static double Margin(Limit limit, UserSums trial, UserSums baseline, double bound, double times, double alpha)
    {
        // Few shoppers may show no hit at all, or be alike by chance: they are no less scattered than the baseline's would be at the limit, nor than independent trials.
        var floor = Math.Max(0, bound * (1 - bound));
        var (own, usual) = (Math.Max(trial.Variance, floor), Math.Max(baseline.Variance, baseline.Rate * (1 - baseline.Rate)));
        if (!limit.IsRelative)
            return ConfidenceSequence.Margin(own, trial.Trials * times, alpha);
        own = Math.Max(own, limit.Bound * usual); // a count's variance is in proportion to its rate
        // The baseline's rate is known no better than from its own answers.
        return ConfidenceSequence.Margin(own + (limit.Bound * limit.Bound * usual * trial.Trials / baseline.Trials), trial.Trials * times, alpha);
    }

    private static long? MoreAnswers(Limit limit, UserSums trial, UserSums baseline, double bound, double target, long answers, double alpha)
    {
        if (trial.Rate <= target)
            return null;
        var (less, enough) = (1.0, 2.0);
        for (; trial.Rate - Margin(limit, trial, baseline, bound, enough, alpha) < target; enough *= 2)
        {
            if (answers * enough > Most)
                return null;
            less = enough;
        }
        while (enough / less > 1.01)
        {
            var middle = Math.Sqrt(less * enough);
            (less, enough) = trial.Rate - Margin(limit, trial, baseline, bound, middle, alpha) < target ? (middle, enough) : (less, middle);
        }
        return (long)Math.Ceiling((enough - 1) * answers);
    }
}
