using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using Npgsql;

namespace ModelOps.Tests.EventLog;

public sealed class ShopDaysTests(Stores stores) : IAsyncLifetime
{
    private static readonly DateTimeOffset Day = new(2026, 3, 10, 0, 0, 0, TimeSpan.Zero);
    private NpgsqlDataSource database = null!;
    private ShopDays days = null!;

    public async ValueTask InitializeAsync()
    {
        database = NpgsqlDataSource.Create(await stores.NewDatabaseAsync());
        days = new ShopDays(database);
        var events = new ShopEvents(database);
        await events.AppendAsync([
            Event("ann", -3, "earlier"), Event("ann", -20, "long ago"), Event("ann", 9, "a1"), Event("ann", 8, "a0"), Event("ann", 24, "tomorrow"),
            Event("bob", 10, "b"), Event("bob", 11, "seen", EventNames.Impression), Event("bob", 12, "elsewhere") with { Store = new StoreId("other") },
            Event("ann", 9, "visit") with { User = null, Session = "ann" }, // somebody else, of the same name
            Event("x", 9, "nobody") with { User = null },
            .. Enumerable.Range(0, 60).SelectMany(shopper => new[] { Event($"u{shopper}", 13, $"{shopper}"), Event($"u{shopper}", 14, $"{shopper}+") }) ]);
        await events.AppendImpressionsAsync([Shown("t1"), Shown("t2") with { Overlap = .5 }, Shown("t3") with { Failed = true }, Shown("t4") with { Version = 2 }, Shown("t5") with { Arm = "challenger" }, Shown("t6") with { Time = Day.AddDays(1) }]);
    }

    [Fact]
    public async Task ReadShoppersAsync_EachWithTheirEventsInOrder_AndWhatCameBefore()
    {
        var shoppers = await ReadAsync(1_000_000);

        Assert.Equal(63, shoppers.Count);
        var ann = shoppers.Single(shopper => shopper.Events[0].User == "ann");
        Assert.Equal((1, "a0 a1"), (ann.History, string.Join(' ', ann.Events.Select(e => e.Id)))); // one in the ten hours before
        Assert.Equal((0, "b"), (shoppers.Single(shopper => shopper.Events[0].User == "bob").History, string.Join(' ', shoppers.Single(shopper => shopper.Events[0].User == "bob").Events.Select(e => e.Id))));
        Assert.Equal((0, 1), (shoppers.Single(shopper => shopper.Events[0].Session == "ann").History, shoppers.Single(shopper => shopper.Events[0].Session == "ann").Events.Count));
    }

    [Fact]
    public async Task ReadShoppersAsync_OfMany_DrawsWholeShoppers_TheSameEachTime()
    {
        var drawn = await ReadAsync(50);

        Assert.InRange(drawn.Count, 5, 40);
        Assert.All(drawn.Where(shopper => shopper.Events[0].User?[0] == 'u'), shopper => Assert.Equal(2, shopper.Events.Count));
        Assert.Equal(drawn.Select(shopper => shopper.Events[0].Id), (await ReadAsync(50)).Select(shopper => shopper.Events[0].Id));
    }

    [Fact]
    public async Task ReadAnswersAsync_WhatShoppersSawOfTheVersion()
    {
        var answers = new List<ShownProducts>();
        await foreach (var answer in days.ReadAnswersAsync(StoreId.Main, "m", 1, "champion", Day, Day.AddDays(1), 100))
            answers.Add(answer);

        var shown = Assert.Single(answers);
        Assert.Equal(["t1", "b"], shown.Items);
        Assert.Equal(2.5, shown.Score);
        Assert.Equal((true, false), (await days.GoesBackToAsync(StoreId.Main, Day), await days.GoesBackToAsync(StoreId.Main, Day.AddDays(-2))));
    }

    private async Task<List<ShopperEvents>> ReadAsync(int most)
    {
        var shoppers = new List<ShopperEvents>();
        await foreach (var shopper in days.ReadShoppersAsync(StoreId.Main, Day, Day.AddDays(1), Day.AddHours(-10), most))
            shoppers.Add(shopper);
        return shoppers;
    }

    private static LoggedEvent Event(string user, int hour, string id, string name = EventNames.View) => new(StoreId.Main, id, name, user, null, Day.AddHours(hour), [new EventItem("p")], null);

    private static Impression Shown(string token) => new(StoreId.Main, token, Day.AddHours(9), "m", 1, "ann", [token, "b"], false, .001, Score: 2.5);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
