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
public sealed record ScoreReport(int Rows, double BaseRate, ScoreQuality Model, ScoreQuality Peer, Interval Auc, Interval Lead)
{
    /// <param name="tests">At one snapshot or several.</param>
    public static ScoreReport Of(IReadOnlyList<ScoreTest> tests, int seed)
    {
        ArgumentNullException.ThrowIfNull(tests);
        double[] model = [.. tests.SelectMany(test => test.Probabilities)], peer = [.. tests.SelectMany(test => test.Peer)];
        float[] labels = [.. tests.SelectMany(test => test.Rows.Labels)];
        var (auc, lead) = AucBootstrap.Of(model, peer, labels, [.. tests.SelectMany(test => test.Rows.Users)], seed);
        return new ScoreReport(labels.Length, labels.Average(), ScoreQuality.Of(model, labels), ScoreQuality.Of(peer, labels), auc, lead);
    }
}
