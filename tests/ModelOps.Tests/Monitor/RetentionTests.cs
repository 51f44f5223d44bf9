using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Drift;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using ModelOps.Monitor.Drift;
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
        database.DriftReports.AddRange(new[] { 1, 401 }.Select(days => new DriftReportRow
        {
            Store = "main",
            Model = "m",
            Version = 1,
            From = now.AddDays(-days - 1),
            To = now.AddDays(-days),
            At = now,
            Outcome = DriftOutcome.Quiet,
            Reasons = [],
            Compared = 0,
            Drifted = 0,
            Findings = "[]",
        }));
        await database.SaveChangesAsync();

        // Limits that the service's own hourly run does not have.
        await ActivatorUtilities.CreateInstance<Retention>(scope.ServiceProvider, Options.Create(new EventLogOptions { KeepDays = 60 }), Options.Create(new RetentionOptions { KeepDays = 30 })).RunAsync(CancellationToken.None);

        Assert.Equal(["59", "1"], (await events.ReadUserAsync(StoreId.Main, "u", 0, 10)).Select(e => e.Id));
        Assert.Equal((2, 1), (await database.Windows.CountAsync(), await database.DriftReports.CountAsync()));
    }

    [Theory]
    [InlineData("EventLog:KeepDays", "3", "KeepDays")]
    [InlineData("Drift:Thresholds:JensenShannon", "7", "JensenShannon")]
    public async Task Options_OutOfRange_RefuseToStart(string setting, string value, string named)
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder.UseSetting(setting, value));

        Assert.Contains(named, Assert.ThrowsAny<Exception>(service.CreateClient).Message, StringComparison.Ordinal);
    }
}
