namespace ModelOps.Trainer.Campaigns.Evaluation;

/// <summary>A decision that was made and what came of it.</summary>
/// <param name="Propensity">The probability with which this decision was made then; above 0.</param>
/// <param name="Reward">What came of it.</param>
/// <param name="NewProbability">The probability with which the new policy would make it.</param>
/// <param name="Expected">What a model expects of this decision.</param>
/// <param name="NewExpected">What the model expects of the new policy here: the mean over its decisions.</param>
public readonly record struct LoggedDecision(double Propensity, double Reward, double NewProbability, double Expected = 0, double NewExpected = 0);

/// <param name="Value">The mean reward that the new policy would have had.</param>
/// <param name="Deviation">Standard error of <paramref name="Value"/>.</param>
public readonly record struct PolicyValue(double Value, double Deviation)
{
    /// <summary>95 %.</summary>
    public double Low => Value - 1.96 * Deviation;

    /// <summary>95 %.</summary>
    public double High => Value + 1.96 * Deviation;
}

/// <summary>
/// What another policy would have brought, from decisions that were made by chance with known probabilities, before it is deployed
/// (Dudík, Langford and Li, "Doubly robust policy evaluation and learning", ICML 2011; Swaminathan and Joachims, NeurIPS 2015).
/// </summary>
public static class OffPolicy
{
    /// <summary>Inverse propensity scoring: without bias where propensities are right, but of great variance where they are small.</summary>
    public static PolicyValue InversePropensity(IReadOnlyList<LoggedDecision> log) => Mean([.. Checked(log).Select(one => Weight(one) * one.Reward)]);

    /// <summary>The weights are divided by their mean: a little bias for less variance. The deviation is that of a ratio (delta method).</summary>
    public static PolicyValue SelfNormalised(IReadOnlyList<LoggedDecision> log)
    {
        double[] weights = [.. Checked(log).Select(Weight)];
        var mean = weights.Average();
        if (mean <= 0)
            throw new ArgumentException("The new policy makes none of the logged decisions. Log decisions that it would make.", nameof(log));
        var value = weights.Zip(log, (weight, one) => weight * one.Reward).Average() / mean;
        return Mean([.. weights.Zip(log, (weight, one) => weight * (one.Reward - value) / mean)]) with { Value = value };
    }

    /// <summary>A model's expectation, corrected by what happened: without bias where either the propensities or the model are right.</summary>
    public static PolicyValue DoublyRobust(IReadOnlyList<LoggedDecision> log) => Mean([.. Checked(log).Select(one => one.NewExpected + Weight(one) * (one.Reward - one.Expected))]);

    /// <summary>As many equally weighted decisions would tell as much (Kish, 1965): few say that the log knows little about the new policy.</summary>
    public static double EffectiveDecisions(IReadOnlyList<LoggedDecision> log)
    {
        double[] weights = [.. Checked(log).Select(Weight)];
        var squares = weights.Sum(weight => weight * weight);
        return squares == 0 ? 0 : weights.Sum() * weights.Sum() / squares;
    }

    private static double Weight(LoggedDecision one) => one.NewProbability / one.Propensity;

    private static IReadOnlyList<LoggedDecision> Checked(IReadOnlyList<LoggedDecision> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (log.Count < 2)
            throw new ArgumentException($"{log.Count} decisions are too few. Log at least two.", nameof(log));
        foreach (var one in log)
        {
            if (one.Propensity is not (> 0 and <= 1))
                throw new ArgumentException($"A propensity is {one.Propensity}. Log the probability of each decision that was made: above 0, at most 1.", nameof(log));
        }
        return log;
    }

    private static PolicyValue Mean(double[] values)
    {
        var mean = values.Average();
        return new PolicyValue(mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length));
    }
}
