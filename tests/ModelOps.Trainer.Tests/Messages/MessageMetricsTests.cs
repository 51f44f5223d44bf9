using CsCheck;
using ModelOps.Features.Assist;
using ModelOps.Trainer.Messages;

namespace ModelOps.Trainer.Tests.Messages;

public sealed class MessageMetricsTests
{
    [Fact]
    public void Auc_IsTheShareOfPairsInTheRightOrder() => Gen.Select(Gen.Int[0, 5].List[1, 20], Gen.Int[0, 5].List[1, 20]).Sample((positives, negatives) =>
    {
        var pairs = (from positive in positives from negative in negatives select positive > negative ? 1.0 : positive == negative ? .5 : 0).Average();
        Assert.Equal(pairs, MessageMetrics.Auc(positives.Select(score => (double)score), negatives.Select(score => (double)score)), 1e-9);
    });

    [Fact]
    public void AccuracyAndF1_OfAKnownCase()
    {
        float[][] scores = [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]];
        Assert.Equal(.75, MessageMetrics.Accuracy(scores, [0, 0, 1, 2]));
        Assert.Equal((1 + (2 / 3.0) + 0) / 3, MessageMetrics.MacroF1(scores, [0, 0, 1, 2]), 1e-9);
    }

    [Fact]
    public void Interval_IsWilsons()
    {
        var (low, high) = MessageMetrics.Interval(.8, 100); // Agresti and Coull 1998
        Assert.Equal(.7112, low, 1e-3);
        Assert.Equal(.8666, high, 1e-3);
        Assert.Equal((0, 1), MessageMetrics.Interval(0, 0));
    }

    [Fact]
    public void CalibrationError_IsNoneWhereConfidenceIsRight_AndTheGapWhereItIsNot()
    {
        float[][] sure = [.. Enumerable.Repeat(new[] { .8f, .2f }, 10)];
        Assert.Equal(0, MessageMetrics.CalibrationError(sure, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]), 1e-6);
        Assert.Equal(.8, MessageMetrics.CalibrationError(sure, [.. Enumerable.Repeat(1, 10)]), 1e-6);
    }

    [Fact]
    public void Calibration_FindsTheSharpnessThatScoresWereMadeWith()
    {
        var random = new Random(1);
        var (messages, labels) = (new List<ScoredMessage>(), new List<int>());
        for (var row = 0; row < 4000; row++)
        {
            float[] scores = [.. Enumerable.Range(0, 3).Select(_ => (float)(random.NextDouble() * 2))];
            var weights = scores.Select(score => Math.Exp(3 * score)).ToArray();
            var drawn = random.NextDouble() * weights.Sum();
            labels.Add(drawn < weights[0] ? 0 : drawn < weights[0] + weights[1] ? 1 : 2);
            messages.Add(new ScoredMessage(scores, [], []));
        }
        Assert.InRange(Calibration.Of(messages, labels).Sharpness, 2.6, 3.4);
    }

    [Fact]
    public void ScopeFit_KeepsTheShareThatItIsToKeep_AndFindsTheOthers()
    {
        var random = new Random(1);
        double[] Signs(double at) => [.. Enumerable.Range(0, ScopeRule.Signs).Select(sign => (sign < 2 ? at : 0) + random.NextDouble())];
        var (inside, outside) = (Enumerable.Range(0, 400).Select(_ => Signs(1)).ToList(), Enumerable.Range(0, 100).Select(_ => Signs(0)).ToList());
        var rule = ScopeFit.Of(inside, outside, .95);
        Assert.Equal(.95, inside.Average(signs => rule.Probability(signs) < rule.Threshold ? 1.0 : 0), .011);
        Assert.True(outside.Average(signs => rule.Probability(signs) >= rule.Threshold ? 1.0 : 0) > .9);
    }

    [Fact]
    public void Split_GivesEveryMessageToOnePart() => Gen.Select(Gen.Int[0, 4].List[1, 60], Gen.Int[0, 1000]).Sample((labels, seed) =>
    {
        var set = MessageSet.Of(labels.Select((label, row) => ($"{row}", label == 4 ? null : $"intent {label}")));
        var parts = set.Split(seed, .2, .3);
        Assert.Equal(set.Texts.Order(), parts.SelectMany(part => part.Texts).Order());
        Assert.All(parts, part => Assert.All(part.Texts.Zip(part.Labels), pair => Assert.Equal(set.Labels[int.Parse(pair.First, null)], pair.Second)));
    });
}
