using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using Npgsql;

namespace ModelOps.Tests.EventLog;

public sealed class ShopEventsTests(Stores stores) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private NpgsqlDataSource database = null!;
    private ShopEvents events = null!;

    public async ValueTask InitializeAsync()
    {
        database = NpgsqlDataSource.Create(await stores.NewDatabaseAsync());
        events = new ShopEvents(database);
        await Task.WhenAll(events.ReadAsync(null, 0, 1), new ShopEvents(database).ReadAsync(null, 0, 1)); // both make the tables
    }

    [Fact]
    public async Task AppendAsync_SameIdTwice_IsKeptOnce()
    {
        Assert.Equal(2, await events.AppendAsync([Event("1"), Event("2")]));
        Assert.Equal(1, await events.AppendAsync([Event("2"), Event("3")]));

        Assert.Equal(["1", "2", "3"], (await SettledAsync(3)).Select(e => e.Id).Order());
    }

    [Fact]
    public async Task AppendAsync_KeepsEveryField()
    {
        var written = new LoggedEvent(StoreId.Main, "x", EventNames.Purchase, "Zoë", "s1", Noon, [new EventItem("p/1", 2, 9.95m, 3), new EventItem("商品")], "token");

        await events.AppendAsync([written]);

        var read = Assert.Single(await SettledAsync(1));
        Assert.Equal(written with { Items = [], Cursor = 0 }, read with { Items = [], Cursor = 0 });
        Assert.Equal(written.Items, read.Items);
    }

    [Fact]
    public async Task ReadAsync_WhileManyAppend_MissesNothingAndRepeatsNothing()
    {
        const int Writers = 8, Batches = 25;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var batch = 0; batch < Batches; batch++)
                await events.AppendAsync([Event($"{writer}-{batch}-a"), Event($"{writer}-{batch}-b")]);
        })));

        var read = new List<string>();
        long cursor = 0;
        await Eventually.TrueAsync(async () =>
        {
            var slice = await events.ReadAsync(StoreId.Main, cursor, 7);
            cursor = slice.Cursor;
            read.AddRange(slice.Events.Select(e => e.Id));
            return read.Count >= Writers * Batches * 2;
        }, "all events");
        await writing;

        Assert.Equal(Writers * Batches * 2, read.Distinct().Count());
        Assert.Equal(read.Count, read.Distinct().Count());
    }

    [Fact]
    public async Task CountAsync_CountsProductsOfWhatShoppersDid()
    {
        await events.AppendAsync([Event("1") with { Items = [new EventItem("a"), new EventItem("b")] }, Event("2") with { Name = EventNames.Impression }, Event("3") with { Store = new StoreId("other") }]);
        await SettledAsync(3); // of both stores
        var cursor = (await events.ReadAsync(StoreId.Main, 0, 10)).Cursor;
        await events.AppendAsync([Event("4") with { Items = [new EventItem("a")] }]);
        await SettledAsync(4);

        Assert.Equal((3, 1), (await events.CountAsync(StoreId.Main, 0, 100), await events.CountAsync(StoreId.Main, cursor, 100)));
    }

    [Fact]
    public async Task ReadAsync_OtherStore_IsNotSeen()
    {
        await events.AppendAsync([Event("1"), Event("2") with { Store = new StoreId("other") }]);

        await SettledAsync(2);
        Assert.Equal("2", Assert.Single((await events.ReadAsync(new StoreId("other"), 0, 10)).Events).Id);
    }

    [Fact]
    public async Task ReadUserAsync_GivesTheLatest_OldestFirst()
    {
        await events.AppendAsync([.. Enumerable.Range(0, 10).Select(i => Event($"{i}") with { Time = Noon.AddDays(-i) })]);
        await events.AppendAsync([Event("only shown") with { Name = EventNames.Impression, Time = Noon.AddMinutes(1) }]);

        var latest = await events.ReadUserAsync(StoreId.Main, "ann", 0, 3);

        Assert.Equal(["2", "1", "0"], latest.Select(e => e.Id));
    }

    [Fact]
    public async Task RemoveOlderThanAsync_DropsWholeDays_AndNewOnesCanCome()
    {
        await events.AppendAsync([Event("old") with { Time = Noon.AddDays(-30) }, Event("new")]);

        Assert.Equal(1, await events.RemoveOlderThanAsync(TimeSpan.FromDays(7), Noon));

        Assert.Equal("new", Assert.Single(await SettledAsync(1)).Id);
        await events.AppendAsync([Event("again") with { Time = Noon.AddDays(-30) }]);
        await SettledAsync(2);
    }

    [Fact]
    public async Task Impressions_OfAnyIds_ComeBackAsTheyWere()
    {
        var odd = new Impression(StoreId.Main, "odd", Noon, "recommend", 3, "a\"nn", ["{", "a,b", "\"quoted\"", @"back\slash", "NULL", "", " é 产品 "], false, .1, Propensities: [1, 1e-12, double.Epsilon]);
        var empty = new Impression(StoreId.Main, "empty", Noon, "recommend", 3, null, [], false, .1, Failed: true, QueueSeconds: .002);
        var searched = odd with { Token = "searched", Query = "x", Search = new LoggedSearch("x", 2, 10, 12, "all", "price_asc", """{"brands":["a\u0000b"]}""", "y"), Assist = new LoggedAssist("hand-over", "asked", true, null) };
        await events.AppendImpressionsAsync([odd, empty, searched]);

        var found = await events.FindImpressionsAsync(["odd", "empty", "searched"]);

        Assert.Equal(odd.Items, found[(StoreId.Main, "odd")].Items);
        Assert.Equal(odd.Propensities, found[(StoreId.Main, "odd")].Propensities);
        Assert.Equal((null, "a\"nn"), (found[(StoreId.Main, "odd")].QueueSeconds, found[(StoreId.Main, "odd")].User));
        Assert.Equivalent(empty, found[(StoreId.Main, "empty")]);
        Assert.Equal((searched.Search, searched.Assist), (found[(StoreId.Main, "searched")].Search, found[(StoreId.Main, "searched")].Assist));
    }

    [Fact]
    public async Task Impressions_AreFoundByToken()
    {
        var impression = new Impression(StoreId.Main, "t1", Noon, "recommend", 3, "ann", ["a", "b"], true, .0012);
        await events.AppendImpressionsAsync([impression, impression with { Token = "t2", User = null }]);
        await events.AppendImpressionsAsync([impression]);

        var found = await events.FindImpressionsAsync(["t1", "unknown"]);

        Assert.Equal(impression.Items, Assert.Single(found).Value.Items);
        await Eventually.TrueAsync(async () => (await events.ReadImpressionsAsync(0, 10)).Events.Count == 2, "both impressions");
    }

    /// <summary>Waits until other transactions of the server, which hold the settled position back, have ended.</summary>
    private async Task<IReadOnlyList<LoggedEvent>> SettledAsync(int count)
    {
        IReadOnlyList<LoggedEvent> read = [];
        await Eventually.TrueAsync(async () => (read = (await events.ReadAsync(null, 0, 100)).Events).Count == count, $"{count} settled events");
        return read;
    }

    private static LoggedEvent Event(string id) => new(StoreId.Main, id, EventNames.View, "ann", null, Noon, [new EventItem("p1")], null);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
