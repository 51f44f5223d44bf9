using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Profiles;

namespace ModelOps.Trainer.Tests.Profiles;

public sealed class ScoreTests
{
    [Fact]
    public void Calibration_StraightensWhatIsTooSure()
    {
        var random = new Random(1);
        double[] real = [.. Enumerable.Range(0, 4000).Select(_ => .05 + .9 * random.NextDouble())];
        float[] labels = [.. real.Select(probability => random.NextDouble() < probability ? 1f : 0)];
        double[] sure = [.. real.Select(probability => 1 / (1 + Math.Pow((1 - probability) / probability, 3)))]; // log-odds times three

        var calibration = Calibration.Fit(sure, labels);

        Assert.Equal(1 / 3.0, calibration.Slope, .03);
        Assert.True(BinaryMetrics.CalibrationError([.. sure.Select(calibration.Of)], labels) < .03);
        Assert.True(BinaryMetrics.CalibrationError(sure, labels) > .1);
        Assert.Equal(Calibration.None, Calibration.Fit(sure[..50], labels[..50]));
        Assert.Equal(Calibration.None, Calibration.Fit(sure, new float[4000]));
    }

    [Fact]
    public void AucBootstrap_HoldsTheAuc_AndALeadIsSeen()
    {
        var random = new Random(2);
        float[] labels = [.. Enumerable.Range(0, 1000).Select(i => i % 3 == 0 ? 1f : 0)];
        double[] good = [.. labels.Select(label => label + random.NextDouble() * 1.5)], chance = [.. labels.Select(_ => random.NextDouble())];
        int[] users = [.. Enumerable.Range(0, 1000).Select(i => i / 2)];

        var (model, lead) = AucBootstrap.Of(good, chance, labels, users, 7);

        Assert.InRange(BinaryMetrics.Auc(good, labels), model.Low, model.High);
        Assert.True(lead.Low > .2);
        Assert.Equal((0d, 0d), (AucBootstrap.Of(good, good, labels, users, 7).Lead.Low, AucBootstrap.Of(good, good, labels, users, 7).Lead.High));
    }

    [Fact]
    public void Excess_IsNothingWhereProbabilitiesAreTrue_AndSeenWhereTheyAreNot()
    {
        var random = new Random(4);
        double[] probabilities = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble())];
        float[] labels = [.. probabilities.Select(probability => random.NextDouble() < probability ? 1f : 0)];

        Assert.InRange(Report(probabilities).Excess, 0, .03);
        Assert.True(Report(Array.ConvertAll(probabilities, probability => Math.Min(1, probability + .2))).Excess > .08);

        ScoreReport Report(double[] told) => ScoreReport.Of([new ScoreTest(new ScoreRows([.. Enumerable.Range(0, 400)], [], labels, []), told, told, Calibration.None)], 1);
    }

    [Fact]
    public void Brier_OfKnownNumbers() => Assert.Equal((.04 + .36) / 2, BinaryMetrics.Brier([.8, .6], [1, 0]), 1e-12);
}
