using CsCheck;
using ModelOps.Trainer.Campaigns.Evaluation;

namespace ModelOps.Trainer.Tests.Campaigns;

public sealed class BinaryMetricsTests
{
    private static readonly Gen<(double[] Scores, float[] Labels)> Rows = Gen.Select(Gen.Int[0, 6], Gen.Bool).Array[2, 50]
        .Where(rows => rows.Select(row => row.Item2).Distinct().Count() == 2)
        .Select(rows => (rows.Select(row => (double)row.Item1).ToArray(), rows.Select(row => row.Item2 ? 1f : 0).ToArray()));

    [Fact]
    public void Auc_IsTheShareOfPairsInOrder() => Rows.Sample((scores, labels) =>
    {
        var pairs = from yes in Enumerable.Range(0, labels.Length)
                    from no in Enumerable.Range(0, labels.Length)
                    where labels[yes] > labels[no]
                    select scores[yes] > scores[no] ? 1 : scores[yes] == scores[no] ? .5 : 0;
        Assert.Equal(pairs.Average(), BinaryMetrics.Auc(scores, labels), 10);
    });

    [Fact]
    public void AveragePrecision_IsTheSumOverThresholds() => Rows.Sample((scores, labels) =>
    {
        var (sum, last) = (0.0, 0.0);
        foreach (var threshold in scores.Distinct().OrderDescending())
        {
            var taken = labels.Where((_, i) => scores[i] >= threshold).ToArray();
            var recall = taken.Sum(label => (double)label) / labels.Sum(label => (double)label);
            (sum, last) = (sum + (recall - last) * taken.Average(label => (double)label), recall);
        }
        Assert.Equal(sum, BinaryMetrics.AveragePrecision(scores, labels), 10);
    });

    [Fact]
    public void CalibrationError_OfTheRatesThemselves_IsSmall_AndOfDoubledOnes_IsNot()
    {
        var random = new Random(3);
        double[] probabilities = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble() / 2)];
        float[] labels = [.. probabilities.Select(probability => random.NextDouble() < probability ? 1f : 0)];
        Assert.InRange(BinaryMetrics.CalibrationError(probabilities, labels), 0, .02);
        Assert.InRange(BinaryMetrics.CalibrationError([.. probabilities.Select(probability => 2 * probability)], labels), .2, .3);
        Assert.True(BinaryMetrics.LogLoss(probabilities, labels) < BinaryMetrics.LogLoss([.. probabilities.Select(_ => .25)], labels));
    }
}
