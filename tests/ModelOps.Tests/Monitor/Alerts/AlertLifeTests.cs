using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Clients;
using ModelOps.Monitor.Quality;
using Npgsql;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>From a count in the database to a message, and through the death of the process between them.</summary>
public sealed class AlertLifeTests(Stores stores)
{
    [Fact]
    public async Task Alert_Fires_IsTold_Acknowledged_Silenced_AndResolved()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder.UseSetting("Alerts:EvaluateSeconds", "1").UseSetting("Alerts:AllowedNetworks:0", "127.0.0.0/8").UseSetting("Alerts:StoreSecrets:main:hook", "x"));
        using var http = service.CreateClient();
        var client = new AlertsClient(http);
        await client.PutRulesAsync(StoreId.Main, new NewAlertRuleSet(Rules(receiver.Url)));
        Assert.Equal("rules-changed", (await Assert.ThrowsAsync<ServiceException>(() => client.PutRulesAsync(StoreId.Main, new NewAlertRuleSet("", Version: 7)))).Type!.Split(':')[^1]);
        await AddWindowsAsync(service);

        await Eventually.TrueAsync(() => receiver.Requests.Count == 1, "the message");
        var data = JsonDocument.Parse(receiver.Requests.First().Body).RootElement.GetProperty("data");
        Assert.Equal(("firing", "errors", .5), (data.GetProperty("status").GetString(), data.GetProperty("alerts")[0].GetProperty("rule").GetString(), data.GetProperty("alerts")[0].GetProperty("value").GetDouble()));
        var firing = Assert.Single((await client.ListAsync(StoreId.Main, AlertState.Firing)).Items);
        Assert.Equal(("m", "champion", "main", "shop"), (firing.Labels["model"], firing.Labels["arm"], firing.Labels["store"], firing.Labels["team"]));
        Assert.Equal(new AlertCount(1, 1), await client.CountAsync(StoreId.Main));
        Assert.Equal(new AlertCount(0, 0), await client.CountAsync(new StoreId("other")));
        Assert.Contains("modelops_alert_value{", await http.GetStringAsync("/metrics"), StringComparison.Ordinal);

        Assert.Equal("looking", (await client.AcknowledgeAsync(StoreId.Main, firing.Id, new AcknowledgementRequest("looking"), "Ada")).Acknowledged!.Note);
        var silence = await client.SilenceAsync(StoreId.Main, new SilenceRequest([new Matcher("rule", "err.*", "=~")], DateTimeOffset.UtcNow.AddHours(1), "maintenance"), "Ada");
        Assert.Equal((silence.Id, "Ada"), ((await client.ListAsync(StoreId.Main)).Items[0].SilencedBy, silence.By));
        await ClearWindowsAsync(service);
        await Eventually.TrueAsync(async () => (await client.ListAsync(StoreId.Main, AlertState.Resolved)).Items.Count == 1, "the end");
        Assert.Single(receiver.Requests); // silenced

        await client.EndSilenceAsync(StoreId.Main, silence.Id);
        await Eventually.TrueAsync(() => receiver.Requests.Count == 2, "the message that it is over");
        Assert.Contains("alerts.resolved", receiver.Requests.Last().Body, StringComparison.Ordinal);
        Assert.Equal([HttpStatusCode.Conflict, HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest],
        [
            (await http.PostAsJsonAsync($"/v1/alerts/{firing.Id}/ack", new { })).StatusCode,
            (await http.PostAsJsonAsync("/v1/alerts/test", new { route = "nowhere" })).StatusCode,
            (await http.PostAsJsonAsync("/v1/silences", new { matchers = Array.Empty<Matcher>(), until = DateTimeOffset.UtcNow.AddDays(1), reason = "r" })).StatusCode,
            (await http.GetAsync("/v1/alerts?after=x")).StatusCode,
            (await http.PostAsJsonAsync("/v1/alert-rules/check", new { yaml = "rules: [{}]" })).StatusCode,
        ]);
    }

    [Fact]
    public async Task Kill_WhileSending_LosesNothing_AndSendsTheSameIdAgain()
    {
        var isHeld = true;
        var held = new TaskCompletionSource();
        await using var receiver = await Receiver.StartAsync(async (_, _) =>
        {
            if (isHeld)
                await held.Task; // taken, but not answered
            return (200, "ok");
        });
        var settings = new Dictionary<string, string>(await stores.SettingsAsync("monitordb", "eventsdb"))
        {
            ["Alerts:EvaluateSeconds"] = "1",
            ["Alerts:AllowedNetworks:0"] = "127.0.0.0/8",
            ["Alerts:StoreSecrets:main:hook"] = "x",
        };
        await using (var first = new ServiceProcess<MonitorDb>(settings, FreePort.Take()))
        {
            await first.StartAsync();
            await new AlertsClient(first.Http).PutRulesAsync(StoreId.Main, new NewAlertRuleSet(Rules(receiver.Url)));
            await using (var database = Open(settings))
            {
                database.Windows.Add(Window());
                await database.SaveChangesAsync();
            }
            await Eventually.TrueAsync(() => receiver.Requests.Count == 1, "the first attempt");
            await first.KillAsync();
        }
        isHeld = false;
        held.SetResult();
        await using (var data = NpgsqlDataSource.Create(settings["ConnectionStrings:monitordb"]))
        {
            await using var expire = data.CreateCommand("UPDATE alert_deliveries SET leased_until = now()"); // instead of waiting for it
            Assert.Equal(1, await expire.ExecuteNonQueryAsync());
        }

        await using var second = new ServiceProcess<MonitorDb>(settings, FreePort.Take());
        await second.StartAsync();
        var client = new AlertsClient(second.Http);
        await Eventually.TrueAsync(async () => (await client.ListDeliveriesAsync(StoreId.Main)).Items is [{ State: DeliveryState.Delivered }], "the delivery");
        Assert.Equal(2, receiver.Requests.Count);
        Assert.Single(receiver.Requests.Select(request => request.Headers["webhook-id"]).Distinct());
        Assert.Single((await client.ListAsync(StoreId.Main, AlertState.Firing)).Items);
    }

    private static string Rules(string url) => $$"""
        channels:
          - { name: hook, kind: webhook, url: "{{url}}/hook", secret: hook }
        routes:
          - { name: default, channels: [hook], group_wait: 0s }
        rules:
          - { name: errors, metric: error_rate, window: 1h, above: 0.1, keep_firing_for: 0s, severity: critical, labels: { team: shop } }
          - { name: slow-answers, metric: latency_p99, window: 1h, above: 100 }
        """;

    private static WindowRow Window() => new() { Store = "main", Model = "m", Version = 1, Arm = "champion", Start = DateTimeOffset.UtcNow.AddMinutes(-2), Requests = 200, Failures = 100 };

    private static async Task AddWindowsAsync(Service<MonitorDb> service)
    {
        await using var scope = service.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        database.Windows.Add(Window());
        await database.SaveChangesAsync();
    }

    private static async Task ClearWindowsAsync(Service<MonitorDb> service)
    {
        await using var scope = service.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<MonitorDb>().Windows.ExecuteUpdateAsync(set => set.SetProperty(window => window.Failures, 0));
    }

    private static MonitorDb Open(Dictionary<string, string> settings) => new(new DbContextOptionsBuilder<MonitorDb>().UseNpgsql(settings["ConnectionStrings:monitordb"]).UseSnakeCaseNamingConvention().Options);
}
