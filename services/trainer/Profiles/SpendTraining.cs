using MathNet.Numerics.Statistics;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Learners;

namespace ModelOps.Trainer.Profiles;

/// <summary>What a shopper is expected to spend: the probability to buy, times e to what buyers like that spend in logarithms, times a factor.</summary>
/// <param name="LogSpend">Of buyers.</param>
/// <param name="Factor">What makes the sum of what is expected the sum of what was spent, on later snapshots.</param>
public sealed record SpendModel(ILearned LogSpend, double Factor)
{
    /// <summary>Of a logarithm, so that a strange row stays a number.</summary>
    public const float MostLog = 20;

    public double[] Predict(TableRows rows, double[] probabilities)
    {
        var logs = LogSpend.Predict(rows);
        return [.. logs.Select((log, row) => probabilities[row] * Math.Exp(Math.Min(log, MostLog)) * Factor)];
    }
}

/// <param name="Ratio">All that was expected over all that was spent: 1 is right on the whole.</param>
/// <param name="Rank">Spearman's correlation of what was expected with what was spent.</param>
/// <param name="MeanError">Mean distance, in the shop's currency.</param>
public sealed record SpendQuality(double Ratio, double Rank, double MeanError)
{
    public static SpendQuality Of(double[] expected, float[] spent)
    {
        double[] real = [.. spent.Select(value => (double)value)];
        return new SpendQuality(
            real.Sum() > 0 ? expected.Sum() / real.Sum() : double.NaN, Correlation.Spearman(expected, real), expected.Zip(real, (one, other) => Math.Abs(one - other)).Average());
    }
}

/// <summary>Learns what buyers spend, from the same snapshots as the propensity.</summary>
public sealed class SpendTraining(ScoreTraining scores, ProfileParameters parameters)
{
    private const double Ridge = 10;

    /// <summary>As it would have been at <paramref name="now"/>.</summary>
    /// <returns>Null where nobody spent anything.</returns>
    public SpendModel? Learn(ScoreTarget target, DateTime now, ChosenLearner chosen, TableSchema schema)
    {
        if (LogSpend(scores.LearnRows(target, now), schema) is not { } learned)
            return null;
        var (expected, spent) = (0.0, 0.0);
        foreach (var (learn, ask) in scores.Validations(target, now))
        {
            if (LogSpend(learn, schema) is not { } before)
                continue;
            var probabilities = ScoreLearners.Of(chosen.Name).Learn(learn.Table(schema), learn.Labels, null, parameters.Seed).Predict(ask.Table(schema));
            expected += new SpendModel(before, 1).Predict(ask.Table(schema), Array.ConvertAll(probabilities, chosen.Calibration.Of)).Sum();
            spent += ask.Spend.Sum(value => (double)value);
        }
        return new SpendModel(learned, expected > 0 && spent > 0 ? spent / expected : 1);
    }

    private ILearned? LogSpend(ScoreRows rows, TableSchema schema)
    {
        int[] buyers = [.. Enumerable.Range(0, rows.Count).Where(row => rows.Spend[row] > 0)];
        return buyers.Length == 0 ? null
            : new RidgeLearner(Ridge).Learn(rows.Table(schema).Take(buyers), [.. buyers.Select(row => MathF.Log(rows.Spend[row]))], null, parameters.Seed);
    }
}
