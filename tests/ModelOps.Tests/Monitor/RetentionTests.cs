using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using ModelOps.Monitor.Quality;
using ModelOps.Monitor.Retention;

namespace ModelOps.Tests.Monitor;

public sealed class RetentionTests(Stores stores)
{
    [Fact]
    public async Task RunAsync_DropsWhatIsOlderThanItsLimit()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = service.CreateClient(); // migrates
        var now = DateTimeOffset.UtcNow;
        var events = service.Services.GetRequiredService<ShopEvents>();
        await events.AppendAsync([.. new[] { 1, 59, 62 }.Select(days => new LoggedEvent(StoreId.Main, $"{days}", EventNames.View, "u", null, now.AddDays(-days), [new EventItem("a")], null))]);
        await using var scope = service.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        database.Windows.AddRange(new[] { 1, 29, 31 }.Select(days => new WindowRow { Store = "main", Model = "m", Version = 1, Arm = "champion", Start = now.AddDays(-days) }));
        await database.SaveChangesAsync();

        // Limits that the service's own hourly run does not have.
        await ActivatorUtilities.CreateInstance<Retention>(scope.ServiceProvider, Options.Create(new EventLogOptions { KeepDays = 60 }), Options.Create(new RetentionOptions { KeepDays = 30 })).RunAsync(CancellationToken.None);

        Assert.Equal(["59", "1"], (await events.ReadUserAsync(StoreId.Main, "u", 0, 10)).Select(e => e.Id));
        Assert.Equal(2, await database.Windows.CountAsync());
    }

    [Fact]
    public async Task Options_OutOfRange_RefuseToStart()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder.UseSetting("EventLog:KeepDays", "3"));

        Assert.Contains("KeepDays", Assert.ThrowsAny<Exception>(service.CreateClient).Message, StringComparison.Ordinal);
    }
}
