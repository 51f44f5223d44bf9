using CsCheck;
using ModelOps.Trainer.Campaigns.Evaluation;

namespace ModelOps.Trainer.Tests.Campaigns;

public sealed class UpliftCurveTests
{
    private static readonly Gen<UpliftCase[]> Cases = Gen.Select(Gen.Int[-5, 5], Gen.Bool, Gen.Int[0, 3], (score, treated, outcome) => new UpliftCase(score, treated, outcome)).Array[2, 60]
        .Where(cases => cases.Any(one => one.Treated) && cases.Any(one => !one.Treated));

    /// <summary>Four customers in the order of their scores: treated and bought, control and not, treated and not, control and bought.</summary>
    [Fact]
    public void Of_FourCustomers_IsWhatTheDefinitionSays()
    {
        var curve = UpliftCurve.Of([new(4, true, 1), new(3, false, 0), new(2, true, 0), new(1, false, 1)]);

        // Qini: 1/2, 1/2, (1 - 0) / 2, (1 - 1) / 2; uplift: 1 * 1/4 (no control yet), 1 * 1/2, 1/2 * 3/4, 0.
        Assert.Equal([0, .5, .5, .5, 0], curve.Qini.Select(point => point.Gain));
        Assert.Equal([0, .25, .5, .375, 0], curve.Uplift.Select(point => point.Gain));
        Assert.Equal(.375, curve.QiniValue, 12);
        Assert.Equal(.28125, curve.Auuc, 12);
    }

    [Fact]
    public void QiniValue_OneScoreForAll_IsZero() => Cases.Sample(cases =>
        Assert.Equal(0, UpliftCurve.Of([.. cases.Select(one => one with { Score = 1 })]).QiniValue, 12));

    [Fact]
    public void QiniValue_AnotherScaleOfScores_IsTheSame() => Cases.Sample(cases =>
        Assert.Equal(UpliftCurve.Of(cases).QiniValue, UpliftCurve.Of([.. cases.Select(one => one with { Score = Math.Exp(one.Score / 3) - 7 })]).QiniValue, 12));

    [Fact]
    public void QiniValue_AnotherOrderOfRows_IsTheSame() => Gen.Select(Cases, Gen.Int).Sample((cases, seed) =>
    {
        var shuffled = cases.ToArray();
        new Random(seed).Shuffle(shuffled);
        Assert.Equal(UpliftCurve.Of(cases).QiniValue, UpliftCurve.Of(shuffled).QiniValue, 12);
        Assert.Equal(UpliftCurve.Of(cases).Auuc, UpliftCurve.Of(shuffled).Auuc, 12);
    });

    [Fact]
    public void Curves_End_AtTheAverageEffect() => Cases.Sample(cases =>
    {
        var effect = EffectGroups.Effect(cases).Effect;
        var curve = UpliftCurve.Of(cases);
        Assert.Equal(effect, curve.Uplift[^1].Gain, 12);
        Assert.Equal(effect, curve.Qini[^1].Gain, 12);
    });

    [Fact]
    public void Of_WithoutAControlGroup_IsRefused() => Assert.Throws<ArgumentException>(() => UpliftCurve.Of([new(1, true, 1), new(2, true, 0)]));

    [Fact]
    public void Bootstrap_ScoresThatTellUplift_IsAboveZero_AndByChance_ContainsIt()
    {
        var random = new Random(1);
        UpliftCase[] cases = [.. Enumerable.Range(0, 6000).Select(i => new UpliftCase(i % 3, i % 2 == 0, random.NextDouble() < .2 + (i % 2 == 0 ? .15 * (i % 3) : 0) ? 1 : 0))];

        Assert.True(UpliftBootstrap.Qini(cases, 1).Low > 0);
        var byChance = UpliftBootstrap.Qini([.. cases.Select(one => one with { Score = random.NextDouble() })], 1);
        Assert.InRange(0, byChance.Low, byChance.High);
        Assert.Equal(UpliftBootstrap.Qini(cases, 1), UpliftBootstrap.Qini(cases, 1));
    }

    /// <summary>The band lies about the curve, and its end about the average effect.</summary>
    [Fact]
    public void Band_OfACampaign_HoldsItsCurve()
    {
        var random = new Random(3);
        UpliftCase[] cases = [.. Enumerable.Range(0, 4000).Select(_ => (Score: random.NextDouble(), Treated: random.Next(2) == 0)).Select(one => new UpliftCase(one.Score, one.Treated, random.NextDouble() < .1 + (one.Treated ? one.Score / 5 : 0) ? 1 : 0))];

        var band = UpliftBootstrap.Band(cases, 20, 1);

        var curve = UpliftCurve.Of(cases).Qini;
        Assert.All(band, step =>
        {
            var gain = curve.First(point => point.Share >= step.Share).Gain;
            Assert.InRange(gain, step.Gain.Low, step.Gain.High);
            Assert.InRange(step.Gain.High - step.Gain.Low, .005, .08);
        });
        Assert.True(band[^1].Gain.Low > 0);
    }

    [Fact]
    public void EffectGroups_RiseWithScores() => Cases.Sample(cases =>
    {
        var groups = EffectGroups.Of(cases, 5);
        Assert.Equal(groups.OrderBy(group => group.Effect).Select(group => group.From), groups.Select(group => group.From));
        Assert.All(groups.Zip(groups.Skip(1)), pair => Assert.True(pair.First.From < pair.Second.From));
    });

    [Fact]
    public void EffectGroups_FewScores_DoNotMakeOneGroupOfAll()
    {
        // A tenth of the customers has no boundary of its own among so many with the same score.
        var cases = Enumerable.Range(0, 3000).Select(i => new UpliftCase(i % 3, i / 3 % 2 == 0, i % 3 == 2 && i / 3 % 2 == 0 ? 1 : 0)).ToList();

        var groups = EffectGroups.Of(cases);

        Assert.Equal((0, 1), (groups[0].Effect, groups[^1].Effect));
        Assert.Equal(2, groups[^1].From);
    }
}
