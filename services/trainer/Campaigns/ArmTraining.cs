using ModelOps.Features.Campaigns;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Campaigns.Responses;
using ModelOps.Trainer.Campaigns.Uplift;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Campaigns;

/// <summary>What was learned about one treatment.</summary>
/// <param name="Uplift">Of all its customers and the control group; null without one.</param>
/// <param name="Response">Of all its customers.</param>
/// <param name="Effects">Null without a control group.</param>
/// <param name="Responses">Null with a control group.</param>
/// <param name="Validation">By learner, the mean Qini value, or without a control group the mean AUC.</param>
public sealed record TrainedArm(
    CampaignArm Settings, IUplift? Uplift, ILearned Response, UpliftReport? Effects, ResponseReport? Responses, Interval ResponseAuc, IReadOnlyDictionary<string, double> Validation);

/// <summary>An uplift model on customers that nothing was chosen or trained on.</summary>
/// <param name="Band">Of the Qini curve.</param>
/// <param name="AtTenth">Among the tenth with the highest scores.</param>
public sealed record UpliftReport(UpliftCurve Curve, IReadOnlyList<(double Share, Interval Gain)> Band, double AtTenth);

/// <summary>
/// Chooses a learner by validation, judges it on customers that nothing was chosen on, and learns anew from all. Where the interval of the
/// Qini value contains zero, no uplift was found, and the arm falls back to those who respond, or to chance.
/// </summary>
public sealed class ArmTraining(CampaignParameters parameters, bool isRate, bool isOrdered)
{
    private const int BandSteps = 50;

    public TrainedArm Train(string arm, UpliftRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var apart = Folds.Apart(rows.Count, parameters.TestShare, isOrdered, parameters.Seed);
        var (known, test) = (rows.Take(apart.Known), rows.Take(apart.Test));
        if (!HasBoth(known) || !HasBoth(test))
            throw new TrainingException($"Of '{arm}' and its control group one is missing among the {(isOrdered ? "latest " : "")}{parameters.TestShare:P0} of the customers, on whom it would be measured, or among the others. Bring more customers, or leave '{arm}' out{(isOrdered ? ", or the column of times, if both were contacted in different weeks" : "")}.");
        var validation = Validate(known);
        var chosen = validation.MaxBy(pair => pair.Value).Key;
        var cases = Cases(UpliftLearners.Of(chosen, isRate).Learn(known, parameters.Seed), test);
        var curve = UpliftCurve.Of(cases);
        var interval = UpliftBootstrap.Qini(cases, parameters.Seed);
        var auc = ResponseAuc(known, test);
        var way = interval.Low > 0 ? RankingWay.Uplift : auc.Low > 0.5 ? RankingWay.Response : RankingWay.Random;
        var average = EffectGroups.Effect(Everybody(rows));
        var settings = new CampaignArm(
            arm, way, chosen, average.Effect, average.Low, average.High, curve.QiniValue, interval.Low, interval.High, Finding(way, interval),
            way == RankingWay.Uplift ? EffectGroups.Of(cases) : [average]);
        return new TrainedArm(
            settings, UpliftLearners.Of(chosen, isRate).Learn(rows, parameters.Seed), Outcome().Learn(rows.Group(true).Table, rows.Group(true).Outcomes, null, parameters.Seed),
            new UpliftReport(curve, UpliftBootstrap.Band(cases, BandSteps, parameters.Seed), UpliftCurve.At(cases, 0.1)), null, auc, validation);
    }

    /// <summary>Customers with one score: the group of everybody.</summary>
    private static UpliftCase[] Everybody(UpliftRows rows) => [.. rows.Treated.Zip(rows.Outcomes, (treated, outcome) => new UpliftCase(0, treated, outcome))];

    private static UpliftCase[] Cases(IUplift uplift, UpliftRows rows) =>
        [.. uplift.Predict(rows.Table).Select((score, i) => new UpliftCase(score, rows.Treated[i], rows.Outcomes[i]))];

    private static string Finding(string way, Interval interval) => way switch
    {
        RankingWay.Uplift => FormattableString.Invariant($"Uplift found: the Qini value's 95 % interval, {interval.Low:g3} to {interval.High:g3}, is above zero."),
        RankingWay.Response => FormattableString.Invariant($"No uplift found: the Qini value's 95 % interval, {interval.Low:g3} to {interval.High:g3}, is not above zero. Customers are ranked by their expected response instead."),
        _ => FormattableString.Invariant($"No uplift found: the Qini value's 95 % interval, {interval.Low:g3} to {interval.High:g3}, is not above zero, and responders cannot be told either. Customers are taken by chance."),
    };

    private ILearner Outcome() => isRate ? new LogisticLearner(30) : new RidgeLearner(30);

    private Dictionary<string, double> Validate(UpliftRows rows)
    {
        var learners = parameters.Learner == CampaignParameters.Auto ? UpliftLearners.All : [parameters.Learner];
        var parts = Folds.Validation(rows.Count, parameters.Folds, isOrdered, parameters.Seed);
        return learners.ToDictionary(name => name, name => parts.Average(part =>
        {
            var (train, test) = (rows.Take(part.Train), rows.Take(part.Test));
            return HasBoth(train) && HasBoth(test) ? UpliftCurve.Of(Cases(UpliftLearners.Of(name, isRate).Learn(train, parameters.Seed), test)).QiniValue : 0;
        }));
    }

    private static bool HasBoth(UpliftRows rows) => rows.Treated.Contains(true) && rows.Treated.Contains(false);

    /// <summary>Whether those of the contacted who respond can be told.</summary>
    private Interval ResponseAuc(UpliftRows known, UpliftRows test)
    {
        var (learn, ask) = (known.Group(true), test.Group(true));
        float[] labels = [.. ask.Outcomes.Select(outcome => outcome > 0 ? 1f : 0)];
        return BinaryMetrics.AucWithInterval(Outcome().Learn(learn.Table, learn.Outcomes, null, parameters.Seed).Predict(ask.Table), labels).Interval;
    }
}
