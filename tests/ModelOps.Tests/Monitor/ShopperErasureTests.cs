using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.EventLog;
using ModelOps.Monitor.Privacy;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.Monitor;

public sealed class ShopperErasureTests(Stores stores)
{
    private static readonly DateTimeOffset Then = DateTimeOffset.UtcNow.AddMinutes(-10);

    [Fact]
    public async Task Erasure_WaitsForTheMonitor_ThenTakesThePersonOutOfItsCounts()
    {
        var settings = await stores.SettingsAsync("datasetsdb", "eventsdb", "monitordb");
        await using var monitor = new Service<MonitorDb>(settings, null);
        using var _ = monitor.CreateClient();
        using var way = new Way(monitor.Server.CreateHandler());
        await using var service = new Service<DatasetsDb>(settings, host => host.UseSetting("Jobs:MaxDelay", "00:00:00.2").UseSetting("Jobs:Poll", "00:00:00.2").ConfigureTestServices(services =>
        {
            services.AddHttpClient<MonitorClient>().ConfigurePrimaryHttpMessageHandler(() => way).SetHandlerLifetime(Timeout.InfiniteTimeSpan);
            services.ConfigureAll<HttpStandardResilienceOptions>(options => options.Retry.Delay = TimeSpan.FromMilliseconds(10));
        }));
        using var http = service.CreateClient();
        var log = service.Services.GetRequiredService<ShopEvents>();
        await log.AppendImpressionsAsync([Shown("t1", "ann", "visit-1"), Shown("t2", null, "visit-1"), Shown("t3", "bob", "visit-2"), Shown("t4", null, "visit-3")]); // visit-1: before she signed in
        await log.AppendAsync([Clicked("e1", "ann", "visit-1", "t1"), Clicked("e2", null, "visit-1", "t2"), Clicked("e3", "bob", "visit-2", "t3")]);
        await using var scope = monitor.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        await Eventually.TrueAsync(async () => (await database.ShopperMinutes.CountAsync(), await database.Attributions.CountAsync()) == (4, 3), "the counts");

        var erasure = await (await http.DeleteAsync("/v1/users/ann")).ReadAsync<Erasure>();
        await Eventually.TrueAsync(async () => (erasure = await FindAsync()).Error is not null, "the erasure to say that it waits");

        Assert.Equal((RunState.Running, null), (erasure.State, erasure.Record));
        Assert.StartsWith("Pending:", erasure.Error, StringComparison.Ordinal);
        Assert.Equal(["t3", "t4"], (await log.FindImpressionsAsync(["t1", "t2", "t3", "t4"], TestContext.Current.CancellationToken)).Keys.Select(key => key.Item2).Order()); // the log does not wait
        Assert.Equal(4, await database.ShopperMinutes.CountAsync());

        way.IsOpen = true;
        await Eventually.TrueAsync(async () => (erasure = await FindAsync()).State.IsFinal(), "the erasure");

        Assert.Equal((RunState.Succeeded, null), (erasure.State, erasure.Error));
        Assert.Equal([("answers to the customer's messages, by how they were answered", 0L, 0L), ("reactions that were counted, by answer", 2L, 0L), ("searches, with what became of them", 0L, 0L), ("sums of the shopper, by minute", 2L, 0L)],
            erasure.Record!.Places.Where(place => place.Place == "monitor").Select(place => (place.What, place.Removed, place.Remaining)).Order());
        var key = await monitor.Services.GetRequiredService<ShopperKeys>().OfAsync(StoreId.Main, CancellationToken.None);
        Assert.Equal(new[] { key.OfUser("bob"), key.OfSession("visit-3") }.Order(), (await database.ShopperMinutes.Select(row => row.Shopper).ToListAsync()).Order());
        Assert.Equal("t3", (await database.Attributions.SingleAsync()).Token);
        Assert.Equal((4L, 3L), (await database.Windows.SumAsync(row => row.Requests), await database.Windows.SumAsync(row => row.Clicks))); // sums over everybody stay

        async Task<Erasure> FindAsync() => await (await http.GetAsync($"/v1/erasures/{erasure.Id}")).ReadAsync<Erasure>();
    }

    [Fact]
    public void Shopper_WithoutTheStoresKey_IsNobody()
    {
        var (one, other) = (new ShopperKey("a store's key, 32 bytes at least"u8.ToArray()), new ShopperKey("another store's key, as long too"u8.ToArray()));

        Assert.Equal(one.OfUser("ann"), one.Of(Shown("t1", "ann", "visit-1")));
        Assert.Equal(one.OfSession("visit-1"), one.Of(Shown("t1", null, "visit-1")));
        Assert.Equal(6, new[] { one.OfUser("ann"), one.OfSession("ann"), one.OfUser("bob"), other.OfUser("ann"), one.Of(Shown("ann", null, null)), one.Of(Shown("t2", null, null)) }.Distinct().Count());
    }

    private static Impression Shown(string token, string? user, string? session) => new(StoreId.Main, token, Then, "m", 1, user, ["a", "b"], false, .002) { Session = session };

    private static LoggedEvent Clicked(string id, string? user, string session, string token) => new(StoreId.Main, id, EventNames.View, user, session, Then.AddMinutes(1), [new EventItem("a")], token);

    /// <summary>To the monitor, which is away at first.</summary>
    private sealed class Way(HttpMessageHandler monitor) : DelegatingHandler(monitor)
    {
        public bool IsOpen { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            IsOpen ? base.SendAsync(request, cancellationToken) : throw new HttpRequestException("Connection refused");
    }
}
