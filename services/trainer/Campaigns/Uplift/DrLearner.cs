using ModelOps.Trainer.Campaigns.Learners;

namespace ModelOps.Trainer.Campaigns.Uplift;

/// <summary>
/// Learns each customer's doubly robust score: the difference that models of the outcome expect, corrected by what the customer did, over the
/// probability of being in their group. The models are learned on other customers (the DR-learner of Kennedy, EJS 17, 2023).
/// </summary>
/// <param name="effect">Learns scores, so an amount.</param>
/// <param name="folds">Parts that take turns in being scored.</param>
public sealed class DrLearner(ILearner outcome, ILearner effect, int folds = 5) : IUpliftLearner
{
    public string Name => $"DR-learner, {outcome.Name}, {effect.Name}";

    public IUplift Learn(UpliftRows rows, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new WeightedUplift([(1, effect.Learn(rows.Table, Scores(rows, outcome, folds, seed), null, seed))]);
    }

    /// <summary>By row: a number whose mean over any customers is an unbiased estimate of their uplift.</summary>
    internal static float[] Scores(UpliftRows rows, ILearner outcome, int folds, int seed)
    {
        var scores = new float[rows.Count];
        var share = rows.TreatedShare;
        foreach (var (train, test) in Folds.Of(rows.Count, folds, seed))
        {
            var (known, asked) = (rows.Take(train), rows.Take(test));
            var (treated, control) = (known.Group(true), known.Group(false));
            var ifTreated = outcome.Learn(treated.Table, treated.Outcomes, null, seed).Predict(asked.Table);
            var ifNot = outcome.Learn(control.Table, control.Outcomes, null, seed + 1).Predict(asked.Table);
            for (var i = 0; i < test.Length; i++)
            {
                scores[test[i]] = (float)(ifTreated[i] - ifNot[i] + (asked.Treated[i]
                    ? (asked.Outcomes[i] - ifTreated[i]) / share
                    : -(asked.Outcomes[i] - ifNot[i]) / (1 - share)));
            }
        }
        return scores;
    }
}
