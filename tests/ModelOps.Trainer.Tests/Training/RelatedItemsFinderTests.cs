using ModelOps.Features;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Training;

public sealed class RelatedItemsFinderTests
{
    private const long Day = 86_400;

    [Fact]
    public void Find_Together_IsWhatTwoShoppersBoughtOnOneDay()
    {
        // a and b are bought together by two, a and c by one on two days, b and d by two but on different days.
        var related = RelatedItemsFinder.Find(Interactions(
            [("a", true, 0), ("b", true, 60)],
            [("a", true, 5 * Day), ("b", true, 5 * Day + 1), ("c", true, 5 * Day + 2), ("a", true, 7 * Day), ("c", true, 7 * Day)],
            [("b", true, 0), ("d", true, 2 * Day)],
            [("b", true, 0), ("d", true, 2 * Day)]), hasClock: true);

        Assert.Equal([2], related.Of(1).Together);
        Assert.Equal([1], related.Of(2).Together);
        Assert.Empty(related.Of(3).Together);
        Assert.Contains(4, related.Of(2).Similar);
    }

    [Fact]
    public void Find_Similar_TheFrequentCompanionComesFirst_AndNeverTheItemItself()
    {
        var related = RelatedItemsFinder.Find(Interactions(
            [("a", false, 0), ("b", false, 1), ("a", false, 2)],
            [("a", false, 0), ("b", false, 1)],
            [("c", false, 0), ("a", false, 1), ("b", false, 2)],
            [("a", false, 0), ("c", false, 1), ("d", false, 1)]), hasClock: true);

        Assert.Equal([2, 3], related.Of(1).Similar); // d only one shopper had
        Assert.Empty(related.Of(1).Together); // nothing was bought
        Assert.Empty(related.Of(5).Similar); // no such item
    }

    [Fact]
    public void Find_WithoutAClock_KnowsNoBaskets()
    {
        var shopper = new[] { ("a", true, 0L), ("b", true, 1L) };
        Assert.Empty(RelatedItemsFinder.Find(Interactions(shopper, shopper), hasClock: false).Of(1).Together);
    }

    private static Interactions Interactions(params (string Item, bool Counted, long Seconds)[][] shoppers)
    {
        var vocabulary = new Vocabulary(shoppers.SelectMany(events => events.Select(each => each.Item)).Distinct().Order(StringComparer.Ordinal));
        int[] offsets = [0, .. shoppers.Select((_, shopper) => shoppers.Take(shopper + 1).Sum(events => events.Length))];
        return new Interactions(
            [.. shoppers.Select((_, shopper) => $"u{shopper}")], offsets,
            [.. shoppers.SelectMany(events => events.Select(each => new Interaction(vocabulary.IndexOf(each.Item), each.Counted, each.Seconds)))], vocabulary);
    }
}
