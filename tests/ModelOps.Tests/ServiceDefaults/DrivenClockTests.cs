using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.ServiceDefaults;

public sealed class DrivenClockTests(Stores stores) : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    [Fact]
    public async Task AService_LivesInTheTimeThatTheFileSays()
    {
        await File.WriteAllTextAsync(file, "-864000", TestContext.Current.CancellationToken);
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder.UseSetting("Clock:OffsetFile", file));
        var time = service.Services.GetRequiredService<TimeProvider>();

        Assert.InRange(time.GetUtcNow(), DateTimeOffset.UtcNow.AddDays(-10).AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(-10));

        await File.WriteAllTextAsync(file, "3600", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => time.GetUtcNow() > DateTimeOffset.UtcNow.AddMinutes(50), "the new offset");
    }

    [Fact]
    public async Task OutsideDevelopment_IsRefused()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder.UseEnvironment("Staging").UseSetting("Clock:OffsetFile", file));

        Assert.Contains("for Development only", Assert.ThrowsAny<Exception>(service.CreateClient).ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(file);
}
