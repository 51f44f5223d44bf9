using CsCheck;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.EventLog;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Models;
using ModelOps.Inference.Recommendations;
using ModelOps.Inference.Rules;

namespace ModelOps.Tests.Inference;

/// <summary>A shop's rules: what they read, what they refuse, and what they do to an answer.</summary>
public sealed class RuleTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-rules-").FullName;
    private RecommendationModel model = null!;

    public async ValueTask InitializeAsync()
    {
        await TinyPackage.WriteAsync(folder);
        model = await RecommendationModel.LoadAsync(StoreId.Main, "tiny", 1, folder, TestBatching.Host(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Boost_LiftsWhatItIsAbout_AndSaysSo()
    {
        var items = await Ask("rules: [{ name: large-first, boost: 3, products: { categories: [large] } }]", count: 3);
        Assert.Equal(["p4", "p5"], Ids(items)[..2]);
        Assert.Equal(["large-first"], items[0].Rules);
        Assert.Null(items[2].Rules);
    }

    [Fact]
    public async Task Bury_SinksWhatItIsAbout()
    {
        Assert.Equal(["p3", "p2", "p1"], Ids((await Ask("", count: 3))));
        Assert.Equal("p3", Ids((await Ask("rules: [{ name: less, bury: 5, products: { ids: [p3] } }]", count: 5)))[^1]);
    }

    [Fact]
    public async Task Pin_TakesItsPlace_UnlessItIsNotAllowed()
    {
        const string yaml = "rules: [{ name: launch, pin: [p5, unknown, p1], position: 2 }]";
        var items = await Ask(yaml, count: 4);
        Assert.Equal(["p3", "p5", "p1", "p2"], Ids(items));
        Assert.Equal((Recommender.Pinned, "launch"), (items[1].Reason, Assert.Single(items[1].Rules!)));
        Assert.Equal(["p3", "p1", "p2", "p4"], Ids((await Ask(yaml, new RecommendationRequest(Count: 4, Exclude: ["p5"])))));
        Assert.Equal(["p3", "p1", "p2", "p4"], Ids((await Ask(yaml, new RecommendationRequest(Count: 4), new ProductState(StoreId.Main, "p5", null, false, null, Now, 1)))));
    }

    [Fact]
    public async Task Cap_LimitsEachCategory()
    {
        var items = Ids((await Ask("rules: [{ name: variety, cap: 1, by: top_category }]", count: 5)));
        Assert.Equal(["p3", "p4"], items);
    }

    [Fact]
    public async Task When_KindAndDates_Decide()
    {
        const string yaml = "rules: [{ name: sale, pin: [p5], when: { kinds: [for-you], from: 2026-11-20T00:00:00Z, until: 2026-11-21T00:00:00Z } }]";
        Assert.Equal("p5", Ids((await Ask(yaml, count: 2)))[0]);
        var book = RuleBook.Parse(yaml, 1);
        Assert.Empty(book.For(RecommendationKind.Similar, Now));
        Assert.Empty(book.For(RecommendationKind.ForYou, Now.AddDays(1)));
        Assert.NotEqual(book.Revision(RecommendationKind.ForYou, Now), book.Revision(RecommendationKind.ForYou, Now.AddDays(1)));
    }

    [Fact]
    public async Task Diversity_MixesCategories_AndNoneChangesNothing()
    {
        Assert.Equal(["p3", "p2", "p1"], Ids((await Ask("diversity: 0", count: 3))));
        var mixed = Ids((await Ask("diversity: 0.9", count: 3)));
        Assert.Equal("p3", mixed[0]);
        Assert.Contains(mixed[1], (string[])["p4"]); // of the other category and the other brand
    }

    [Fact]
    public async Task Rules_PricesThatTheShopToldLast_Count()
    {
        const string yaml = "rules: [{ name: cheap, boost: 9, products: { max_price: 1 } }]";
        Assert.Equal("p1", Ids((await Ask(yaml, count: 1)))[0]);
        Assert.Equal("p5", Ids((await Ask(yaml, new RecommendationRequest(Count: 2), new ProductState(StoreId.Main, "p1", 50, null, Now, null), new ProductState(StoreId.Main, "p5", 0.5, null, Now, null))))[0]);
        Assert.True(RuleBook.Parse(yaml, 1).LooksAtPrices);
    }

    [Theory]
    [InlineData("rules: [{ boost: 1, products: { ids: [a] } }]", "Rule 1 has no name")]
    [InlineData("rules: [{ name: a, cap: 1 }, { name: a, cap: 2 }]", "Two rules have the name 'a'")]
    [InlineData("rules: [{ name: a, cap: 1, pin: [p1] }]", "2 of boost, bury, pin, cap and redirect")]
    [InlineData("rules: [{ name: a }]", "0 of boost, bury, pin, cap and redirect")]
    [InlineData("rules: [{ name: a, boost: 1 }]", "need 'products'")]
    [InlineData("rules: [{ name: a, boost: 11, products: { ids: [a] } }]", "from 0 to 10")]
    [InlineData("rules: [{ name: a, boost: 1, products: { categories: [Garden, ~] } }]", "an empty entry")]
    [InlineData("rules: [{ name: a, cap: 1, by: colour }]", "by is 'colour'")]
    [InlineData("rules: [{ name: a, cap: 1, when: { kinds: [home] } }]", "when.kinds has 'home'")]
    [InlineData("rules: [{ name: a, cap: 1, when: { from: 2026-02-01, until: 2026-01-01 } }]", "is not after")]
    [InlineData("rules:\n  - name: a\n    boots: 1", "Line 3, column 5: 'boots' is no key here")]
    [InlineData("rules: [", "column")]
    [InlineData("diversity: 2", "diversity is 2")]
    [InlineData("diversity: .nan", "diversity is NaN")]
    [InlineData("exploration: { share: 0.9 }", "exploration.share is 0.9")]
    public void Parse_WhatCannotBeUsed_NamesTheCause(string yaml, string says) =>
        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => RuleBook.Parse(yaml, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_AnyText_IsReadOrRefused() => Gen.Char[" \n:-[]{},'\"#&*!|>%@`rulesnamepinboostcap0123.~"].Array[0, 60].Sample(text =>
    {
        try
        {
            RuleBook.Parse(new string(text), 1);
        }
        catch (InvalidDataException)
        {
            // Refused with a reason.
        }
    });

    [Fact]
    public void Exploration_ShowsWhatIsBelow_WithItsProbability()
    {
        var wide = Enumerable.Range(0, 8).Select(place => new RecommendedItem($"i{place}", 8 - place, "model")).ToList();
        var exploration = new Exploration(0.2, 5, true);
        Assert.Equal(8, exploration.Wider(new RecommendationRequest(Count: 3)).Count);
        var seen = new HashSet<string>();
        for (var trial = 0; trial < 500; trial++)
        {
            var answer = exploration.Answer(wide, 3);
            Assert.Equal(["i0", "i1"], answer[..2].Select(item => item.Id));
            Assert.Equal((0.2 / 5, Recommender.Explore), (answer[2].Propensity!.Value, answer[2].Reason));
            seen.Add(answer[2].Id);
        }
        Assert.Equal(["i3", "i4", "i5", "i6", "i7"], seen.Order());
    }

    [Fact]
    public void Exploration_WhereNothingElseCouldCome_TheLastPlaceIsCertain()
    {
        var items = Enumerable.Range(0, 3).Select(place => new RecommendedItem($"i{place}", 8 - place, "model")).ToList();
        foreach (var isDue in new[] { true, false })
        {
            Assert.All(new Exploration(0.2, 5, isDue).Answer(items, 3), item => Assert.Null(item.Propensity));
            Assert.All(new Exploration(0.2, 5, isDue).Answer([.. items[..1], items[1] with { Reason = Recommender.Pinned }, items[2]], 2), item => Assert.Null(item.Propensity));
        }
        Assert.Equal([null, 0.8], new Exploration(0.2, 5, false).Answer(items, 2).Select(item => item.Propensity));
        Assert.Same(items, Exploration.Of(RuleBook.Empty, new RecommendationRequest()).Answer(items, 3));
    }

    [Fact]
    public async Task Diversity_OfAShelfBesideAProduct_KeepsWhatIsNearAhead()
    {
        var items = await Ask("diversity: 0.1", new RecommendationRequest(Count: 3, Kind: RecommendationKind.Similar, Products: ["p1"]));
        Assert.Equal(Recommender.Similar, items[0].Reason);
    }

    private Task<List<RecommendedItem>> Ask(string yaml, int count) => Ask(yaml, new RecommendationRequest(Count: count));

    /// <summary>Of a shopper for whom the model ranks p3, p2, and then the rest by number.</summary>
    private Task<List<RecommendedItem>> Ask(string yaml, RecommendationRequest request, params ProductState[] states)
    {
        var book = RuleBook.Parse(yaml, 1);
        var catalogue = CatalogueView.Of(model.Catalogue, StoreOverlay.Empty.With(states));
        return Recommender.RecommendAsync(model, Shopper.FromHistory(model, ["p3", "p2", "p3"]), request, new ShopState(catalogue, book.For(request.Kind ?? RecommendationKind.ForYou, Now), book.Diversity), TestContext.Current.CancellationToken);
    }

    private static string[] Ids(IEnumerable<RecommendedItem> items) => [.. items.Select(item => item.Id)];

    public ValueTask DisposeAsync()
    {
        model.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
