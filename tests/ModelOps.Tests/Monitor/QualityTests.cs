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

    private static Impression Shown(string token, int version) => new(StoreId.Main, token, Now, "m", version, "u", ["a", "b"], false, .002);

    private static LoggedEvent Did(string id, string name, string? token, string item) => new(StoreId.Main, id, name, "u", null, Now.AddMinutes(3), [new EventItem(item)], token);
}
