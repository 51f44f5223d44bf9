using CsCheck;
using ModelOps.Features;

namespace ModelOps.Trainer.Tests.Features;

public class RankerTests
{
    private static readonly Gen<float> Score = Gen.OneOf(Gen.Int[-3, 3].Select(value => (float)value), Gen.Float[-1, 1], Gen.Const(float.NaN), Gen.Const(float.NegativeInfinity));

    [Fact]
    public void Top_AnyScores_EqualsTheNaiveRanking() =>
        Gen.Select(Score.Array[1, 60], Gen.Bool.Array[60], Gen.Int[0, 12]).Sample((scores, excludedAll, k) =>
        {
            var excluded = excludedAll[..scores.Length];
            var top = new RankedItem[k];
            var count = Ranker.Top(scores, excluded, top);
            var naive = Enumerable.Range(1, scores.Length - 1)
                .Where(index => !excluded[index] && scores[index] > float.NegativeInfinity)
                .OrderByDescending(index => scores[index]).ThenBy(index => index).Take(k)
                .Select(index => new RankedItem(index, scores[index]));
            Assert.Equal(naive, top[..count]);
        });

    [Fact]
    public void Top_ExclusionsOfAnotherLength_AreRefused() =>
        Assert.Throws<ArgumentException>(() => Ranker.Top(new float[3], new bool[2], new RankedItem[1]));

    [Fact]
    public void Fusion_AnyRow_RanksAsTheFormulaSays() =>
        Gen.Select(Gen.Float[-5, 5].Array[2, 80], Gen.Int[1, 5], Gen.Double[0, 10]).Sample((scores, count, weight) =>
        {
            var fusion = new FrequencyFusion(weight, 0.5, null);
            var counts = Enumerable.Range(1, Math.Min(count, scores.Length - 1)).ToDictionary(index => index, index => (float)index);
            var items = scores[1..];
            var mean = items.Average(score => (double)score);
            var deviation = Math.Max(1e-6, Math.Sqrt(items.Average(score => (score - mean) * (score - mean))));
            var naive = scores.Select((score, index) => (score - mean) / deviation + weight * Math.Sqrt(counts.GetValueOrDefault(index))).ToArray();

            var fused = (float[])scores.Clone();
            fusion.Apply(fused, counts);
            for (var index = 1; index < fused.Length; index++)
                Assert.Equal(naive[index], (fused[index] - mean) / deviation, 2e-2 * (1 + 1 / deviation));
        });

    [Fact]
    public void CountOf_OnePurchase_HalvesWithEachHalfLife() =>
        Assert.Equal(0.25, new FrequencyFusion(1, 1, 30).CountOf(TimeSpan.FromDays(60)), 1e-9);
}
