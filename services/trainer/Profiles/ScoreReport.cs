using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Evaluation;

namespace ModelOps.Trainer.Profiles;

/// <summary>Of probabilities about what then happened or did not.</summary>
public sealed record ScoreQuality(double Auc, double Brier, double CalibrationError, double LogLoss)
{
    public static ScoreQuality Of(double[] probabilities, float[] labels) => new(
        BinaryMetrics.Auc(probabilities, labels), BinaryMetrics.Brier(probabilities, labels), BinaryMetrics.CalibrationError(probabilities, labels), BinaryMetrics.LogLoss(probabilities, labels));
}

/// <summary>The model beside its peer on the same rows.</summary>
/// <param name="BaseRate">How many of the rows were a yes.</param>
/// <param name="Excess">How much the model's calibration error is above what it would be by chance if every probability were true; at least 0.</param>
public sealed record ScoreReport(int Rows, double BaseRate, ScoreQuality Model, ScoreQuality Peer, Interval Auc, Interval Lead, double Excess)
{
    private const int Draws = 100;

    /// <param name="tests">At one snapshot or several.</param>
    public static ScoreReport Of(IReadOnlyList<ScoreTest> tests, int seed)
    {
        ArgumentNullException.ThrowIfNull(tests);
        double[] model = [.. tests.SelectMany(test => test.Probabilities)], peer = [.. tests.SelectMany(test => test.Peer)];
        float[] labels = [.. tests.SelectMany(test => test.Rows.Labels)];
        var (auc, lead) = AucBootstrap.Of(model, peer, labels, [.. tests.SelectMany(test => test.Rows.Users)], seed);
        var quality = ScoreQuality.Of(model, labels);
        return new ScoreReport(labels.Length, labels.Average(), quality, ScoreQuality.Of(peer, labels), auc, lead, Math.Max(0, quality.CalibrationError - ByChance(model, seed)));
    }

    /// <summary>The mean calibration error of outcomes that are drawn with the probabilities: groups of few rows are never quite as they should be.</summary>
    private static double ByChance(double[] probabilities, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, Draws).Average(_ => BinaryMetrics.CalibrationError(probabilities, Array.ConvertAll(probabilities, probability => random.NextDouble() < probability ? 1f : 0)));
    }
}
