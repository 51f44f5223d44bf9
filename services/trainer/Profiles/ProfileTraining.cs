using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Profiles;

/// <summary>What was learned about one question.</summary>
/// <param name="Learned">From all snapshots, calibrated.</param>
/// <param name="Cutoff">Of the test; nothing after it was learned from.</param>
public sealed record TrainedScore(ScoreTarget Target, ILearned Learned, ChosenLearner Chosen, ScoreReport Report, DateTime Cutoff);

/// <param name="Spend">Null where the dataset has no prices.</param>
/// <param name="SpendTest">The model, and the same from recency, orders and spend alone.</param>
/// <param name="Present">All shoppers at the end of the data.</param>
public sealed record TrainedProfiles(TableSchema Schema, TrainedScore Propensity, TrainedScore Churn, SpendModel? Spend, (SpendQuality Model, SpendQuality Peer)? SpendTest, ProfileClusters Clusters, TableRows Present)
{
    /// <returns>(rows, <see cref="ProfileSettings.ScoreCount"/>).</returns>
    public double[] Predict(TableRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (propensity, churn) = (Propensity.Learned.Predict(rows), Churn.Learned.Predict(rows));
        var value = Spend?.Predict(rows, propensity) ?? new double[rows.Count];
        return [.. Enumerable.Range(0, rows.Count).SelectMany(row => (double[])[propensity[row], churn[row], value[row]])];
    }
}

/// <summary>Chooses on the past, judges on the last days that are known, and learns anew from everything.</summary>
public sealed class ProfileTraining(ProfileData data, ProfileParameters parameters)
{
    private const int UsualHorizonDays = 30, ShortestHorizonDays = 7, UsualChurnDays = 90;

    private readonly Snapshots snapshots = new(data, parameters);

    /// <exception cref="TrainingException">The history is too short for the days that are asked about, or nobody bought in them.</exception>
    public TrainedProfiles Run(Action<string> phase)
    {
        ArgumentNullException.ThrowIfNull(phase);
        var propensity = new ScoreTarget("propensity", HorizonOf(Span, parameters), Buys: true, CustomersOnly: false);
        var churn = new ScoreTarget("churn", ChurnDays(), Buys: false, CustomersOnly: true);
        foreach (var target in (ScoreTarget[])[propensity, churn])
            CheckSpan(target);
        var scores = new ScoreTraining(snapshots, parameters);
        var schema = Snapshots.Learn(scores.LearnRows(propensity, data.End), ProfileFeatures.Names);

        phase("train");
        var (buying, buyingTest, asOfCutoff) = Train(scores, propensity, schema);
        var (losing, _, _) = Train(scores, churn, schema);
        var (spend, spendTest) = data.HasPrices ? Spend(scores, propensity, buying, buyingTest, asOfCutoff, schema) : (null, null);

        phase("clusters");
        var now = snapshots.Of(data.End);
        var present = new TableRows(schema, now.Values);
        return new TrainedProfiles(schema, buying, losing, spend, spendTest, ClusterTraining.Find(present, parameters.Seed), present);
    }

    /// <returns>Beside what is deployed what was chosen before the test, which knows none of its days.</returns>
    private (TrainedScore Score, ScoreTest Test, ChosenLearner AsOfCutoff) Train(ScoreTraining scores, ScoreTarget target, TableSchema schema)
    {
        var cutoff = data.End.AddDays(-target.Days);
        var chosen = scores.Choose(target, cutoff);
        var test = scores.Test(target, cutoff, chosen)
            ?? throw new TrainingException($"In the {target.Days} days before the test or in those of it, all shoppers bought or none did, so nothing can be learned about {target.Name}. Bring more history, or choose other days in '{(target.Buys ? "horizonDays" : "churnDays")}'.");
        // What is deployed knows the test's days too, also for its calibration.
        var final = new ScoreTraining(snapshots, parameters with { Learner = chosen.Name }).Choose(target, data.End);
        var rows = scores.LearnRows(target, data.End);
        var learned = ScoreLearners.Of(chosen.Name).Learn(rows.Table(schema), rows.Labels, null, parameters.Seed);
        return (new TrainedScore(target, final.Calibration.Over(learned), chosen with { Calibration = final.Calibration }, ScoreReport.Of([test], parameters.Seed), cutoff), test, chosen);
    }

    private (SpendModel?, (SpendQuality, SpendQuality)?) Spend(ScoreTraining scores, ScoreTarget target, TrainedScore buying, ScoreTest test, ChosenLearner asOfCutoff, TableSchema schema)
    {
        var spends = new SpendTraining(scores, parameters);
        if (spends.Learn(target, data.End, buying.Chosen, schema) is not { } model)
            return (null, null);
        var then = Snapshots.Learn(scores.LearnRows(target, buying.Cutoff), ProfileFeatures.Names);
        var before = spends.Learn(target, buying.Cutoff, asOfCutoff, then);
        var rfm = Snapshots.Learn(scores.LearnRows(target, buying.Cutoff), ProfileFeatures.Rfm);
        var peer = spends.Learn(target, buying.Cutoff, new ChosenLearner(ScoreLearners.Logistic, test.PeerCalibration, new Dictionary<string, double>()), rfm);
        return before is null || peer is null ? (model, null) : (model, (
            SpendQuality.Of(before.Predict(test.Rows.Table(then), test.Probabilities), test.Rows.Spend), SpendQuality.Of(peer.Predict(test.Rows.Table(rfm), test.Peer), test.Rows.Spend)));
    }

    private double Span => (data.End - data.From).TotalDays;

    /// <summary>As asked, or as many as usual where the history is long enough to learn and to test them.</summary>
    internal static int HorizonOf(double span, ProfileParameters parameters) =>
        parameters.HorizonDays > 0 ? parameters.HorizonDays : Math.Clamp(LongestOf(span, parameters), ShortestHorizonDays, UsualHorizonDays);

    private static int LongestOf(double span, ProfileParameters parameters) => (int)((span - parameters.HistoryDays) / 2);

    private int ChurnDays() =>
        parameters.ChurnDays > 0 ? parameters.ChurnDays : LongestOf(Span, parameters) >= UsualChurnDays ? UsualChurnDays : HorizonOf(Span, parameters);

    /// <summary>Before the test's days there must be those of a snapshot to learn from, and something before that.</summary>
    private void CheckSpan(ScoreTarget target)
    {
        var (needed, most) = (parameters.HistoryDays + 2 * target.Days, LongestOf(Span, parameters));
        if (Span < needed)
            throw new TrainingException($"The events span {Span:F0} days; to learn and to test what happens within {target.Days} days takes {needed}. Bring more history{(most > 0 ? $", or set '{(target.Buys ? "horizonDays" : "churnDays")}' to at most {most}" : "")}.");
    }
}
