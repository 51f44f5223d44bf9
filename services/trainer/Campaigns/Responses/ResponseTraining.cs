using ModelOps.Features.Campaigns;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Campaigns.Responses;

/// <summary>A response model on customers that nothing was chosen or trained on.</summary>
/// <param name="AveragePrecision">The area under the curve of precision over recall.</param>
/// <param name="CalibrationError">Mean distance of the probabilities from the rates, over ten groups.</param>
/// <param name="LeftOut">Columns that say when instead of whom.</param>
public sealed record ResponseReport(double Auc, Interval AucInterval, double AveragePrecision, double LogLoss, double CalibrationError, IReadOnlyList<string> LeftOut);

/// <summary>
/// Who responds, where everybody was contacted. The simplest learner that validation cannot tell from the best is chosen, with and without the columns that say when instead of whom
/// (<see cref="TimeColumns"/>), judged on customers that nothing was chosen on, and learned anew from all.
/// </summary>
public sealed class ResponseTraining(CampaignParameters parameters, bool isOrdered)
{
    private const string WithoutTimes = ", without time columns";

    /// <exception cref="TrainingException">Everybody responded, or nobody, in a part of the rows.</exception>
    public TrainedArm Train(string arm, TableRows rows, float[] outcomes)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(outcomes);
        var (known, test) = Folds.Apart(rows.Count, parameters.TestShare, isOrdered, parameters.Seed);
        float[] labels = [.. test.Select(row => outcomes[row])];
        if (!HasBoth(labels) || !HasBoth(known.Select(row => outcomes[row])))
            throw new TrainingException($"Of the customers with '{arm}'{(isOrdered ? ", the earlier or the latest ones," : "")} all responded, or none. Bring customers of both kinds.");
        var kinds = Kinds(rows.Take(known));
        var validation = Validate(rows.Take(known), [.. known.Select(row => outcomes[row])], kinds);
        var chosen = Simplest(validation);
        var probabilities = kinds[chosen].Learn(rows.Take(known), [.. known.Select(row => outcomes[row])], null, parameters.Seed).Predict(rows.Take(test));
        var (auc, interval) = BinaryMetrics.AucWithInterval(probabilities, labels);
        var report = new ResponseReport(
            auc, interval, BinaryMetrics.AveragePrecision(probabilities, labels), BinaryMetrics.LogLoss(probabilities, labels), BinaryMetrics.CalibrationError(probabilities, labels),
            chosen.EndsWith(WithoutTimes, StringComparison.Ordinal) ? TimeColumns.Of(rows.Take(known)) : []);
        var average = EffectGroups.Outcome(Cases(outcomes.Select(_ => 0f), outcomes));
        var settings = new CampaignArm(
            arm, RankingWay.NoControl, chosen, average.Effect, average.Low, average.High, 0, 0, 0, Finding(report), EffectGroups.Outcomes(Cases(probabilities.Select(value => (float)value), labels)));
        return new TrainedArm(settings, null, kinds[chosen].Learn(rows, outcomes, null, parameters.Seed), null, report, interval, validation.ToDictionary(pair => pair.Key, pair => pair.Value.DefaultIfEmpty(0.5).Average()));
    }

    private static string Finding(ResponseReport report) => FormattableString.Invariant(
        $"Without a control group what contacting changes is not known: customers are ranked by their expected response (AUC {report.Auc:f3}, 95 % interval {report.AucInterval.Low:f3} to {report.AucInterval.High:f3}). Leave a share of the customers alone next time.");

    /// <summary>The learners by name, the simplest first, each over the columns that say whom before it is over all.</summary>
    private Dictionary<string, ILearner> Kinds(TableRows rows)
    {
        string[] names = parameters.Response == CampaignParameters.Auto ? [.. ResponseLearners.All] : [parameters.Response];
        var times = isOrdered ? TimeColumns.Of(rows) : [];
        int[] others = [.. rows.Schema.Columns.Index().Where(pair => !times.Contains(pair.Item.Name)).Select(pair => pair.Index)];
        var kinds = new Dictionary<string, ILearner>();
        foreach (var name in names)
        {
            if (times.Count > 0 && others.Length > 0)
                kinds[name + WithoutTimes] = new ColumnsLearner(ResponseLearners.Of(name), others);
            kinds[name] = ResponseLearners.Of(name);
        }
        return kinds;
    }

    /// <returns>AUC by name and part.</returns>
    private Dictionary<string, double[]> Validate(TableRows rows, float[] outcomes, Dictionary<string, ILearner> kinds)
    {
        var parts = Folds.Validation(rows.Count, parameters.Folds, isOrdered, parameters.Seed)
            .Where(part => HasBoth(part.Train.Select(row => outcomes[row])) && HasBoth(part.Test.Select(row => outcomes[row]))).ToList();
        return kinds.ToDictionary(kind => kind.Key, kind => parts.Select(part => BinaryMetrics.Auc(
            kind.Value.Learn(rows.Take(part.Train), [.. part.Train.Select(row => outcomes[row])], null, parameters.Seed).Predict(rows.Take(part.Test)),
            [.. part.Test.Select(row => outcomes[row])])).ToArray());
    }

    /// <summary>The simplest that is within a standard error of the best, part by part (Breiman et al., Classification and regression trees, 1984): a lead by less is chance, and the simple carries further.</summary>
    internal static string Simplest(IReadOnlyDictionary<string, double[]> validation)
    {
        var best = validation.MaxBy(pair => pair.Value.DefaultIfEmpty(0.5).Average()).Value;
        return validation.First(pair => IsNear(best.Zip(pair.Value, (one, other) => one - other).ToArray())).Key;

        static bool IsNear(double[] losses)
        {
            if (losses.Length < 2)
                return losses.Sum() <= 0;
            var mean = losses.Average();
            return mean <= Math.Sqrt(losses.Sum(loss => (loss - mean) * (loss - mean)) / (losses.Length - 1) / losses.Length);
        }
    }

    private static UpliftCase[] Cases(IEnumerable<float> scores, float[] outcomes) => [.. scores.Zip(outcomes, (score, outcome) => new UpliftCase(score, true, outcome))];

    private static bool HasBoth(IEnumerable<float> outcomes) => outcomes.Select(outcome => outcome > 0).Distinct().Count() == 2;
}
