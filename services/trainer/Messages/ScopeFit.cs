using ModelOps.Features.Assist;

namespace ModelOps.Trainer.Messages;

/// <summary>Fits the rule that tells what is out of scope: logistic regression over a few signs, each side counting half.</summary>
public static class ScopeFit
{
    private const int Steps = 2000;
    private const double Rate = .5, Decay = 1e-3;

    /// <param name="inside">Signs of messages within scope.</param>
    /// <param name="outside">Signs of messages about something else.</param>
    /// <param name="kept">The share of <paramref name="inside"/> that the threshold lets through.</param>
    public static ScopeRule Of(IReadOnlyList<double[]> inside, IReadOnlyList<double[]> outside, double kept)
    {
        ArgumentNullException.ThrowIfNull(inside);
        ArgumentNullException.ThrowIfNull(outside);
        var (mean, deviation) = Moments([.. inside, .. outside]);
        var (weights, bias) = Minimize([.. inside.Select(Scale)], [.. outside.Select(Scale)]);
        double[] plain = [.. weights.Select((weight, sign) => weight / deviation[sign])];
        var rule = new ScopeRule(plain, bias - plain.Select((weight, sign) => weight * mean[sign]).Sum(), 1);
        var probabilities = inside.Select(signs => rule.Probability(signs)).Order().ToList();
        return rule with { Threshold = probabilities[Math.Min(probabilities.Count - 1, (int)(kept * probabilities.Count))] };

        double[] Scale(double[] signs) => [.. signs.Select((value, sign) => (value - mean[sign]) / deviation[sign])];
    }

    /// <summary>Where nothing is known to be out of scope: the best linear score alone, whatever its limit.</summary>
    public static ScopeRule WithoutExamples(IReadOnlyList<double[]> inside, double kept)
    {
        var rule = new ScopeRule([-1, 0, 0, 0, 0, 0], 0, 1);
        var probabilities = inside.Select(signs => rule.Probability(signs)).Order().ToList();
        return rule with { Threshold = probabilities.Count == 0 ? 1 : probabilities[Math.Min(probabilities.Count - 1, (int)(kept * probabilities.Count))] };
    }

    private static (double[] Weights, double Bias) Minimize(List<double[]> inside, List<double[]> outside)
    {
        var (weights, bias) = (new double[ScopeRule.Signs], 0d);
        for (var step = 0; step < Steps; step++)
        {
            var (gradient, biasGradient) = (weights.Select(weight => Decay * weight).ToArray(), 0d);
            foreach (var (side, target) in new[] { (inside, 0d), (outside, 1d) })
            {
                foreach (var signs in side)
                {
                    var error = (1 / (1 + Math.Exp(-bias - weights.Zip(signs, (weight, sign) => weight * sign).Sum())) - target) / (2 * side.Count);
                    biasGradient += error;
                    for (var sign = 0; sign < weights.Length; sign++)
                        gradient[sign] += error * signs[sign];
                }
            }
            bias -= Rate * biasGradient;
            for (var sign = 0; sign < weights.Length; sign++)
                weights[sign] -= Rate * gradient[sign];
        }
        return (weights, bias);
    }

    /// <summary>A sign that is always the same, as a network's where there is none, has the deviation 1.</summary>
    private static (double[] Mean, double[] Deviation) Moments(List<double[]> all)
    {
        var (mean, deviation) = (new double[ScopeRule.Signs], new double[ScopeRule.Signs]);
        for (var sign = 0; sign < mean.Length; sign++)
        {
            mean[sign] = all.Average(signs => signs[sign]);
            deviation[sign] = Math.Sqrt(all.Average(signs => Math.Pow(signs[sign] - mean[sign], 2))) is > 1e-9 and var spread ? spread : 1;
        }
        return (mean, deviation);
    }
}
