using CsCheck;
using ModelOps.Trainer.Texts;

namespace ModelOps.Trainer.Tests.Texts;

public class TextMetricsTests
{
    [Fact]
    public void Ndcg_KnownOrder_IsWhatThePaperGives()
    {
        // Gains 7, 1, 0 at places 1 to 3: the best order has 7 / log2(2) + 1 / log2(3).
        Assert.Equal(1, TextMetrics.Ndcg([3, 1, 0], [3, 1, 0])!.Value, 1e-12);
        Assert.Equal((1 + 7 / Math.Log2(3)) / (7 + 1 / Math.Log2(3)), TextMetrics.Ndcg([1, 3, 0], [3, 1, 0])!.Value, 1e-12);
        Assert.Null(TextMetrics.Ndcg([0, 0], [0, 0]));
        Assert.Equal(0, TextMetrics.Ndcg([], [3]));
    }

    [Fact]
    public void Ndcg_AnyOrder_IsAtMostTheBest() =>
        Gen.Double[0, 3].Array[1, 20].Sample(grades =>
        {
            if (TextMetrics.Ndcg(grades, grades) is { } given)
                Assert.InRange(given, 0, 1 + 1e-12);
            if (TextMetrics.Ndcg(grades.OrderDescending(), grades) is { } best)
                Assert.Equal(1, best, 1e-12);
        });

    [Fact]
    public void Classification_SomeRight_GivesAccuracyAndTheMeanOfF1()
    {
        var metrics = TextMetrics.Classification([0, 0, 1, 1], [0, 1, 1, 1]);
        Assert.Equal(0.75, metrics["accuracy"]);
        Assert.Equal((2.0 / 3 + 4.0 / 5) / 2, metrics["macro_f1"], 1e-12);
    }

    [Fact]
    public void RankByWords_RareWordShared_ComesFirst() =>
        Assert.Equal(1, TextMetrics.RankByWords(["a red pan", "a copper pan", "a blue pan"], ["copper pan"]).Single()[0]);
}
