using ModelOps.Features.Profiles;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;

namespace ModelOps.Trainer.Profiles;

/// <summary>Answers to a question at snapshots that nothing was learned from or chosen on.</summary>
/// <param name="Probabilities">The model's.</param>
/// <param name="Peer">Of <see cref="ScoreLearners.Rfm"/> from the same rows of training, calibrated alike.</param>
/// <param name="PeerCalibration">With which.</param>
public sealed record ScoreTest(ScoreRows Rows, double[] Probabilities, double[] Peer, Calibration PeerCalibration);

/// <summary>How one learner stands, with what its probabilities have to be multiplied in their log-odds.</summary>
public sealed record ChosenLearner(string Name, Calibration Calibration, IReadOnlyDictionary<string, double> LogLosses);

/// <summary>
/// Learns a question from snapshots of the past. At a moment only outcomes count that were known by then: what is asked about a snapshot was
/// learned from snapshots whose days had passed before it.
/// </summary>
public sealed class ScoreTraining(Snapshots snapshots, ProfileParameters parameters)
{
    private const int MostValidations = 3;

    /// <summary>Tries the learners as they would have been used before <paramref name="now"/>, and straightens the best by what came true.</summary>
    public ChosenLearner Choose(ScoreTarget target, DateTime now)
    {
        ArgumentNullException.ThrowIfNull(target);
        var learners = parameters.Learner == ProfileParameters.Auto ? ScoreLearners.All : [parameters.Learner];
        var validations = Validations(target, now);
        if (validations.Count == 0)
            return new ChosenLearner(learners[^1], Calibration.None, new Dictionary<string, double>());
        var answers = learners.ToDictionary(name => name, name => Answers(validations, (learn, ask) => Predict(ScoreLearners.Of(name), learn, ask, ProfileFeatures.Names)));
        float[] labels = [.. validations.SelectMany(part => part.Ask.Labels)];
        var losses = answers.ToDictionary(pair => pair.Key, pair => BinaryMetrics.LogLoss(pair.Value, labels));
        var best = losses.MinBy(pair => pair.Value).Key;
        return new ChosenLearner(best, Calibration.Fit(answers[best], labels), losses);
    }

    /// <summary>The model and its peer, as they would have been at <paramref name="cutoff"/>, about the days after it.</summary>
    /// <returns>Null where there is too little before it, or everybody did the same.</returns>
    public ScoreTest? Test(ScoreTarget target, DateTime cutoff, ChosenLearner chosen)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(chosen);
        var (learn, ask) = (LearnRows(target, cutoff), snapshots.Rows(target, [cutoff], all: true));
        if (!learn.HasBoth || !ask.HasBoth)
            return null;
        var validations = Validations(target, cutoff);
        var before = Answers(validations, (past, then) => Predict(ScoreLearners.Rfm, past, then, ProfileFeatures.Rfm));
        var peer = Calibration.Fit(before, [.. validations.SelectMany(part => part.Ask.Labels)]);
        return new ScoreTest(
            ask, Array.ConvertAll(Predict(ScoreLearners.Of(chosen.Name), learn, ask, ProfileFeatures.Names), chosen.Calibration.Of),
            Array.ConvertAll(Predict(ScoreLearners.Rfm, learn, ask, ProfileFeatures.Rfm), peer.Of), peer);
    }

    /// <summary>All rows whose outcome was known at <paramref name="now"/>.</summary>
    public ScoreRows LearnRows(ScoreTarget target, DateTime now) => snapshots.Rows(target, snapshots.KnownAt(now, target.Days, parameters.StepDays));

    /// <summary>Later snapshots with what could be learned before each; their days do not overlap.</summary>
    public IReadOnlyList<(ScoreRows Learn, ScoreRows Ask)> Validations(ScoreTarget target, DateTime now) =>
        [.. snapshots.KnownAt(now, target.Days, target.Days).Take(MostValidations).Select(cutoff => (Learn: LearnRows(target, cutoff), Ask: snapshots.Rows(target, [cutoff], all: true))).Where(part => part.Learn.HasBoth && part.Ask.Count > 0)];

    private double[] Predict(ILearner learner, ScoreRows learn, ScoreRows ask, IReadOnlyList<string> names)
    {
        var schema = Snapshots.Learn(learn, names);
        return learner.Learn(learn.Table(schema), learn.Labels, null, parameters.Seed).Predict(ask.Table(schema));
    }

    private static double[] Answers(IReadOnlyList<(ScoreRows Learn, ScoreRows Ask)> parts, Func<ScoreRows, ScoreRows, double[]> predict) =>
        [.. parts.SelectMany(part => predict(part.Learn, part.Ask))];
}
