using CsCheck;
using ModelOps.Features.Profiles;
using ModelOps.Features.Users;
using ModelOps.Trainer.Profiles;

namespace ModelOps.Trainer.Tests.Profiles;

/// <summary>What lies after a moment changes nothing that is said about it.</summary>
public sealed class PastTests
{
    private static readonly Gen<ShopperEvent> Event = Gen.Select(
        Gen.Int[0, 200 * 24 * 60], Gen.Int[0, 2], Gen.Int[0, 19], Gen.Int[1, 5], Gen.Double[0, 50],
        (minute, deed, item, quantity, price) => new ShopperEvent(SmallCustomers.Start.AddMinutes(minute), (Deed)deed, $"p{item:d2}", quantity, price < 2 ? null : price));

    [Fact]
    public void PlantedFuture_IsNotUsed() => Gen.Select(Event.Array[0, 60], Gen.Int[0, 220]).Sample((events, day) =>
    {
        var cut = SmallCustomers.Start.AddDays(day);
        // The signal: from the very moment on, everybody buys, dearly and often.
        var planted = Enumerable.Range(0, 30).Select(hour => new ShopperEvent(cut.AddHours(hour), Deed.Purchase, "p07", 100, 1000));

        Assert.Equal(Said(cut, events), Said(cut, [.. planted, .. events]));
        Assert.Equal(Said(cut, events.Where(one => one.Time < cut)), Said(cut, events));
    });

    [Fact]
    public void PlantedFuture_TrainsNothing()
    {
        var data = SmallCustomers.Draw(120);
        var now = data.End.AddDays(-60);
        var planted = data with { Histories = [.. data.Histories.Select(history => history.Where(one => one.Time < now).Append(new ShopperEvent(now, Deed.Purchase, "p07", 9, 99)).ToArray())] };
        var target = new ScoreTarget("propensity", 30, Buys: true, CustomersOnly: false);

        var (one, other) = (Training(data), Training(planted));

        Assert.Equal(one.LearnRows(target, now).Values, other.LearnRows(target, now).Values);
        Assert.Equal(one.LearnRows(target, now).Labels, other.LearnRows(target, now).Labels);
        Assert.Equal(one.Choose(target, now).LogLosses, other.Choose(target, now).LogLosses);
        Assert.Equal(one.Choose(target, now).Calibration, other.Choose(target, now).Calibration);

        static ScoreTraining Training(ProfileData data) => new(new Snapshots(data, new ProfileParameters()), new ProfileParameters());
    }

    [Fact]
    public void Features_OfAKnownPast()
    {
        var now = SmallCustomers.Start.AddDays(100);
        ShopperEvent[] events =
        [
            new(now.AddDays(-50), Deed.Purchase, "p01", 2, 10), new(now.AddDays(-50), Deed.Purchase, "p02", 1, 5),
            new(now.AddDays(-20), Deed.Purchase, "p01", 1, 10), new(now.AddDays(-5), Deed.View, "p03", 1, null), new(now.AddDays(-4), Deed.AddToCart, "p03", 1, null),
        ];
        var features = ProfileFeatures.Names.Zip(ProfileFeatures.Of(ShopperPast.Of(now, events, SmallCustomers.Catalogue)!)).ToDictionary(pair => pair.First, pair => pair.Second);

        Assert.Equal((20f, 2f, 35f), (features["recency_days"], features["orders"], features["spend"]));
        Assert.Equal((30f, 1f, 2f, 10f), (features["gap_days"], features["orders_30"], features["orders_90"], features["spend_30"]));
        Assert.Equal((1f, 1f, 1f), (features["repeat_share"], features["views_7"], features["open_carts"]));
        Assert.Equal(float.NaN, features["gap_deviation"]);
    }

    [Fact]
    public void Interests_ShareAWhole_NewerAndDearerDeedsFirst_WithoutSensitiveCategories() => Gen.Select(Event.Array[1, 40], Gen.Int[60, 200]).Sample((events, day) =>
    {
        if (ShopperPast.Of(SmallCustomers.Start.AddDays(day), events, SmallCustomers.Catalogue) is not { } past)
            return;
        var all = Interests.Of(past, SmallCustomers.Catalogue, 30, new SensitiveTopics([]));
        Assert.Equal(1, all.Categories.Sum(interest => interest.Weight), 1e-9);
        Assert.Equal(past.Events.Count, all.Categories.Sum(interest => interest.Events));
        Assert.Equal(all.Brands.OrderByDescending(interest => interest.Weight), all.Brands);

        var fewer = Interests.Of(past, SmallCustomers.Catalogue, 30, new SensitiveTopics(["KIND1"]));
        Assert.DoesNotContain("Garden|kind1", fewer.Categories.Select(interest => interest.Name));
        Assert.DoesNotContain(fewer.Products, interest => ShopperPast.ItemOf(SmallCustomers.Catalogue, interest.Name)!.Category == "Garden|kind1");
    });

    [Theory]
    [InlineData("Books|Religion", true)]
    [InlineData("Home|Medical supplies", true)]
    [InlineData("Health & Beauty", false)]
    [InlineData("家居|医疗用品", true)]
    [InlineData("Sussex Gardens", false)]
    [InlineData(null, false)]
    public void SensitiveTopics_WholeWordsAndChineseParts(string? category, bool has) => Assert.Equal(has, new SensitiveTopics(SensitiveTopics.Defaults).Has(category));

    private static string Said(DateTime moment, IEnumerable<ShopperEvent> events)
    {
        if (ShopperPast.Of(moment, events, SmallCustomers.Catalogue) is not { } past)
            return "";
        var interests = Interests.Of(past, SmallCustomers.Catalogue, 30, new SensitiveTopics([]));
        return string.Join(' ', ProfileFeatures.Of(past)) + UserTags.AsOf(moment, past.Bought, new PriceLevels([new PriceLevel(SmallCustomers.Start, 100, 200)]))
            + string.Join(' ', interests.Categories.Concat(interests.Brands).Concat(interests.Products).Select(interest => (interest.Name, interest.Weight, interest.Events)));
    }
}
