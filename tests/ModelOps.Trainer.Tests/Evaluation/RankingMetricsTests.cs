using CsCheck;
using ModelOps.Features;
using ModelOps.Trainer.Evaluation;

namespace ModelOps.Trainer.Tests.Evaluation;

public class RankingMetricsTests
{
    private static readonly Gen<(int[] Top, int[] Relevant)> Case = Gen.Select(
        Gen.Int[1, 40].Array[0, 25].Select(items => items.Distinct().ToArray()),
        Gen.Int[1, 40].Array[1, 30].Select(items => items.Distinct().ToArray()));

    /// <summary>Worked by hand. log2 of 2, 3, 4, 5 is 1, 1.58496, 2, 2.32193.</summary>
    [Theory]
    // Relevant items at ranks 1 and 3 of 3 relevant ones: DCG = 1 + 1/2; ideal = 1 + 1/1.58496 + 1/2 = 2.13093; AP = (1 + 2/3) / 3.
    [InlineData(new[] { 7, 1, 8, 2 }, new[] { 7, 8, 9 }, 0.703918, 0.666667, 0.666667, 1, 1, 0.555556, 1)]
    // One relevant item at rank 4: 1/2.32193.
    [InlineData(new[] { 1, 2, 3, 9 }, new[] { 9 }, 0.430677, 1, 1, 0.25, 0.25, 0.25, 1)]
    // At rank 12: only what looks at twenty sees it.
    [InlineData(new[] { 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 9 }, new[] { 9 }, 0, 0, 1, 0, 0.083333, 0, 0)]
    // At ranks 2 and 11 of two.
    [InlineData(new[] { 1, 20, 3, 4, 5, 6, 7, 8, 10, 11, 21 }, new[] { 20, 21 }, 0.386853, 0.5, 1, 0.5, 0.5, 0.25, 1)]
    [InlineData(new int[0], new[] { 3 }, 0, 0, 0, 0, 0, 0, 0)]
    public void Of_HandWorkedCase_HasItsValues(int[] top, int[] relevant, double ndcg10, double recall10, double recall20, double mrr10, double mrr20, double map10, double hit10)
    {
        var metrics = RankingMetrics.Of(top, relevant);
        double[] expected = [ndcg10, recall10, recall20, mrr10, mrr20, map10, hit10];
        Assert.All(RankingMetrics.All.Values.Zip(expected), pair => Assert.Equal(pair.Second, pair.First(metrics), 1e-6));
    }

    [Fact]
    public void Of_MoreRelevantThanPlaces_CountsAsPerfectWhereItCanBe()
    {
        var items = Enumerable.Range(1, 40).ToArray();
        var metrics = RankingMetrics.Of(items.AsSpan(0, 20), items);
        Assert.Equal((1, 0.25, 0.5, 1, 1), (metrics.Ndcg10, metrics.Recall10, metrics.Recall20, metrics.Mrr10, metrics.Map10));
    }

    [Fact]
    public void Of_AnyRanking_EqualsTheNaiveFormulas() => Case.Sample(@case =>
    {
        var (top, relevant) = @case;
        int[] RanksOfHits(int depth) => [.. top.Take(depth).Select((item, at) => relevant.Contains(item) ? at + 1 : 0).Where(rank => rank > 0)];
        var (ten, twenty) = (RanksOfHits(10), RanksOfHits(20));
        var metrics = RankingMetrics.Of(top, relevant);
        double[] expected =
        [
            ten.Sum(rank => 1 / Math.Log2(rank + 1)) / Enumerable.Range(1, Math.Min(10, relevant.Length)).Sum(rank => 1 / Math.Log2(rank + 1)),
            (double)ten.Length / relevant.Length,
            (double)twenty.Length / relevant.Length,
            ten.Length == 0 ? 0 : 1.0 / ten[0],
            twenty.Length == 0 ? 0 : 1.0 / twenty[0],
            ten.Select((rank, at) => (at + 1.0) / rank).Sum() / Math.Min(10, relevant.Length),
            ten.Length > 0 ? 1 : 0,
        ];
        Assert.All(RankingMetrics.All.Values.Zip(expected), pair => Assert.Equal(pair.Second, pair.First(metrics), 1e-9));
        Assert.All(RankingMetrics.All.Values, metric => Assert.InRange(metric(metrics), 0, 1 + 1e-12));
        Assert.Equal(metrics, RankingMetrics.Of([.. top.Select(item => new RankedItem(item, 0))], relevant));
    });

    [Fact]
    public void Of_AnyRanking_DependsOnlyOnWhichRanksAreHits() => Case.Sample(@case =>
    {
        var (top, relevant) = @case;
        // Other items in the same places, and the relevant ones named in another order.
        var metrics = RankingMetrics.Of(top, relevant);
        Assert.Equal(metrics, RankingMetrics.Of(top.Select(item => item + 100).ToArray(), relevant.Select(item => item + 100).Reverse().ToArray()));
    });

    [Fact]
    public void Of_RelevantItemsFirst_IsPerfectAndNothingIsBetter() => Case.Sample(@case =>
    {
        var (top, relevant) = @case;
        var perfect = RankingMetrics.Of([.. relevant.Concat(top.Except(relevant)).Take(20)], relevant);
        Assert.Equal((1, 1, 1, 1), (perfect.Ndcg10, perfect.Mrr10, perfect.Map10, perfect.HitRate10));
        var metrics = RankingMetrics.Of(top, relevant);
        Assert.All(RankingMetrics.All.Values, metric => Assert.True(metric(metrics) <= metric(perfect) + 1e-12));
    });

    [Fact]
    public void Mean_OfNothing_IsZero() => Assert.Equal(default, RankingMetrics.Mean([]));
}
