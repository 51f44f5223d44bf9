using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Quality;
using ModelOps.EventLog;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.Monitor;

public sealed class QualityTests(Stores stores)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task Reactions_CountForTheVersionThatShowedTheProduct_Once()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = service.CreateClient();
        var events = service.Services.GetRequiredService<ShopEvents>();
        await events.AppendImpressionsAsync([Shown("t1", 1), Shown("t2", 2) with { Cached = true }, Shown("t3", 3) with { Arm = "shadow", Overlap = .5 }, Shown("t4", 3) with { Arm = "challenger", Failed = true }]);
        await events.AppendAsync([
            Did("e1", EventNames.View, "t1", "a"),
            Did("e2", EventNames.Purchase, "t1", "a"),
            Did("e3", EventNames.View, "t2", "never-shown"),
            Did("e4", EventNames.View, "unknown-token", "a"),
            Did("e5", EventNames.View, null, "a"),
        ]);
        await events.AppendAsync([Did("e1", EventNames.View, "t1", "a")]); // the same event again

        var monitor = new MonitorClient(http);
        IReadOnlyList<QualityWindow> windows = [];
        await Eventually.TrueAsync(async () =>
        {
            windows = (await monitor.GetQualityAsync(StoreId.Main, "m", Now.AddHours(-1))).Items;
            return windows.Sum(window => window.Purchases) == 1 && windows.Sum(window => window.Requests) == 4;
        }, "the counts");

        var first = windows.Where(window => window.Version == 1).ToList();
        Assert.Equal((1, 1, 2), (first.Sum(window => window.Clicks), first.Sum(window => window.Purchases), first.Sum(window => window.Impressions)));
        Assert.Single(windows.Where(window => window.Version == 1).Select(window => window.Start).Distinct()); // a reaction counts for the minute of the answer
        var second = windows.Where(window => window.Version == 2).ToList();
        Assert.Equal((0, 1), (second.Sum(window => window.Clicks), second.Sum(window => window.CacheHits)));
        Assert.Equal([("challenger", 1L, null), ("shadow", 0L, .5)], windows.Where(window => window.Version == 3).Select(window => (window.Arm, window.Failures, window.Overlap)));
        Assert.Equal(0, windows.Where(window => window.Arm == "shadow").Sum(window => window.Impressions)); // nobody saw them
        Assert.InRange(first[0].LatencyP50, .0015, .0026);
    }

    [Fact]
    public async Task Reaction_ThatOvertakesItsImpression_IsCounted()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = service.CreateClient();
        var events = service.Services.GetRequiredService<ShopEvents>();
        var token = Guid.CreateVersion7(DateTimeOffset.UtcNow.AddSeconds(20)).ToString("N"); // waited for all the longer
        await events.AppendAsync([Did("quick", EventNames.View, token, "a")]);
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken); // the counter looks each second

        await events.AppendImpressionsAsync([Shown(token, 1)]);

        var monitor = new MonitorClient(http);
        await Eventually.TrueAsync(async () => (await monitor.GetQualityAsync(StoreId.Main, "m", Now.AddHours(-1))).Items.Sum(window => window.Clicks) == 1, "the click");
    }

    /// <summary>Each thing that may come twice or late, and what counts.</summary>
    [Fact]
    public async Task Reactions_LateTwiceOrNeverShown_CountAsTheyShould_WithRevenueByPlacement()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder.UseSetting("Attribution:Hours", "24"));
        using var http = service.CreateClient();
        var events = service.Services.GetRequiredService<ShopEvents>();
        var then = Now.AddHours(-30);
        await events.AppendImpressionsAsync([
            Shown("h1", 1) with { Time = then, Placement = "home", User = "ann", QueueSeconds = .001, ComputeSeconds = .003 },
            Shown("h2", 1) with { Time = then.AddMinutes(2), Placement = "home", User = "bob", Items = ["a", "c"] },
            Shown("c1", 1) with { Time = then, Placement = "cart", User = null, Session = "visit" },
        ]);
        await events.AppendAsync([
            At("e1", EventNames.View, "h1", then.AddHours(23), new EventItem("a")), // late, and in time
            At("e2", EventNames.View, "h1", then.AddHours(25), new EventItem("b")), // beyond the window
            At("e3", EventNames.View, "h1", then.AddHours(1), new EventItem("a")), // the same product of the same answer
            At("e4", EventNames.Purchase, "h2", then.AddHours(2), new EventItem("a", 2, 10), new EventItem("c", null, 5), new EventItem("z", 1, 1000)), // z was not shown
            At("e5", EventNames.AddToCart, "c1", then.AddHours(2), new EventItem("b")),
            At("e4", EventNames.Purchase, "h2", then.AddHours(3), new EventItem("a", 2, 10)), // the same id at another time
            At("last", EventNames.View, "c1", then.AddHours(3), new EventItem("a")),
        ]);

        var monitor = new MonitorClient(http);
        IReadOnlyList<QualityReport> rows = [];
        await Eventually.TrueAsync(async () =>
        {
            rows = (await monitor.GetQualityReportAsync(StoreId.Main, "m", then.AddHours(-1), ["placement"])).Items;
            return rows.Count == 2 && rows[0].Clicks == 1 && rows[1].Purchases == 2;
        }, "the counts");

        var (cart, home) = (rows[0], rows[1]);
        Assert.Equal(("cart", 1L, 1L, 0d), (cart.Placement, cart.Clicks, cart.AddToCarts, cart.Revenue));
        Assert.Equal(("home", 1L, 2L, 25d), (home.Placement, home.Clicks, home.Purchases, home.Revenue));
        Assert.Equal((2L, 4L, 3L, 1d), (home.Shoppers, home.Impressions, home.ProductsShown, home.Coverage));
        Assert.Equal(25.0 / 4 * 1000, home.RevenuePerThousand!.Value, 1e-9);
        Assert.Equal((.001, .003), (home.QueueMean!.Value, home.ComputeMean!.Value));
        // Ann clicked 1 of 2, Bob 0 of 2: the rates' residuals are ±.5, and their squares' mean over the trials with n/(n-1) is .25 / 4 * 2 / 4 …
        var half = 1.959964 * Math.Sqrt((.25 + .25) / 4 / 4 * 2);
        Assert.Equal((.25, Math.Max(0, .25 - half), .25 + half), (home.ClickRate!.Value, home.ClickRate.Low!.Value, home.ClickRate.High!.Value));
        Assert.Null(cart.ClickRate!.Low); // one shopper has no variance

        var all = Assert.Single((await monitor.GetQualityReportAsync(StoreId.Main, "m", then.AddHours(-1), [])).Items);
        Assert.Equal((3L, 3L, 2L, null), (all.Requests, all.Shoppers, all.Clicks, all.Placement));
        Assert.Equal("home", Assert.Single((await monitor.GetQualityReportAsync(StoreId.Main, "m", then.AddHours(-1), ["placement"], "home")).Items).Placement);
    }

    [Fact]
    public async Task Windows_ArePagedWithoutLosingAny()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = service.CreateClient();
        var events = service.Services.GetRequiredService<ShopEvents>();
        await events.AppendImpressionsAsync([.. from version in new[] { 1, 2 } from place in new[] { "a", "b", "c" } select Shown($"{version}{place}", version) with { Placement = place }]);
        await Eventually.TrueAsync(async () => (await new MonitorClient(http).GetQualityAsync(StoreId.Main, "m", Now.AddHours(-1))).Items.Count == 6, "the windows");

        var found = new List<QualityWindow>();
        for (string? after = "", path = "/v1/quality?model=m&limit=4"; after is not null; path = $"/v1/quality?model=m&limit=4&after={Uri.EscapeDataString(after ?? "")}")
        {
            var page = await (await http.GetAsync(path)).ReadAsync<Page<QualityWindow>>();
            found.AddRange(page.Items);
            after = page.Next;
        }

        Assert.Equal(6, found.Select(window => (window.Version, window.Placement)).Distinct().Count());
        Assert.Equal(6, found.Count);
        await (await http.GetAsync("/v1/quality?after=nonsense")).ProblemAsync(HttpStatusCode.BadRequest, "quality");
        await (await http.GetAsync("/v1/models/m/quality?by=weather")).ProblemAsync(HttpStatusCode.BadRequest, "quality");
    }

    private static LoggedEvent At(string id, string name, string token, DateTimeOffset time, params EventItem[] items) => new(StoreId.Main, id, name, "u", null, time, items, token);

    private static Impression Shown(string token, int version) => new(StoreId.Main, token, Now, "m", version, "u", ["a", "b"], false, .002);

    private static LoggedEvent Did(string id, string name, string? token, string item) => new(StoreId.Main, id, name, "u", null, Now.AddMinutes(3), [new EventItem(item)], token);
}
