using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.EventLog;
using ModelOps.Monitor.Quality;
using ModelOps.Pipeline.Runs;
using ModelOps.Registry;
using ModelOps.Tests.Monitor.Alerts;
using Npgsql;

namespace ModelOps.Tests.Rollouts;

/// <summary>
/// kill -9 of the processes that judge and act, at ten random moments of one rollout: it ends as it would have, each step is taken once, and
/// whoever is told of an alert is told once. Registry, monitor and pipeline are processes; answers are written to the event log as inference does.
/// </summary>
public sealed class KilledRolloutTests(Stores stores)
{
    private const string Model = "m";
    private const int Kills = 10, FailsFrom = 8;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TenKills_OfPipelineAndMonitor_EndsOnce_AndTheAlertIsToldOnce(bool isGood)
    {
        await using var receiver = await Receiver.StartAsync();
        var (registryPort, monitorPort, pipelinePort) = (FreePort.Take(), FreePort.Take(), FreePort.Take());
        var settings = new Dictionary<string, string>(await stores.SettingsAsync("registrydb", "monitordb", "pipelinedb", "eventsdb"))
        {
            ["services:registry:http:0"] = $"http://127.0.0.1:{registryPort}",
            ["services:monitor:http:0"] = $"http://127.0.0.1:{monitorPort}",
            ["services:pipeline:http:0"] = $"http://127.0.0.1:{pipelinePort}",
            ["Alerts:EvaluateSeconds"] = "1",
            ["Alerts:LeaseSeconds"] = "30",
            ["Alerts:RetrySeconds"] = "0.5",
            ["Alerts:AllowedNetworks:0"] = "127.0.0.0/8",
            ["Alerts:StoreSecrets:main:hook"] = "x",
            ["Verdicts:FewestAnswers"] = "20",
        };
        await using var registry = new ServiceProcess<RegistryDb>(settings, registryPort);
        await using var monitor = new ServiceProcess<MonitorDb>(settings, monitorPort);
        await using var pipeline = new ServiceProcess<PipelineDb>(settings, pipelinePort);
        await Task.WhenAll(registry.StartAsync(), monitor.StartAsync(), pipeline.StartAsync());
        var versions = new RegistryClient(registry.Http);
        await AddVersionsAsync(registry.Http, versions);
        var alerts = new AlertsClient(monitor.Http);
        await alerts.PutRulesAsync(StoreId.Main, new NewAlertRuleSet(Rules(receiver.Url)));

        var fails = false;
        using var stop = new CancellationTokenSource();
        await using var log = NpgsqlDataSource.Create(settings["ConnectionStrings:eventsdb"]);
        var traffic = AnswerAsync(new ShopEvents(log), () => fails, stop.Token);
        var rollout = await versions.StartRolloutAsync(StoreId.Main, Model, new RolloutRequest(RolloutKind.Canary, 2, Steps: [30, 60], BakeMinutes: .3, Guards: [new Guard(GuardMetric.ErrorRate, AtMost: .2)]));
        var random = new Random(isGood ? 10 : 11);
        for (var kill = 0; kill < Kills; kill++)
        {
            IKilled victim = random.Next(2) == 0 ? pipeline : monitor;
            await Task.Delay(random.Next(3000));
            await victim.KillAsync();
            victim.Start();
            fails |= !isGood && kill + 1 == FailsFrom;
        }
        RolloutHistory history = null!;
        await Eventually.TrueAsync(async () => pipeline.IsRunning() && monitor.IsRunning() && (history = (await versions.FindRolloutAsync(StoreId.Main, Model, rollout.Id))!).Rollout.State is not RolloutState.Running, "the end of the rollout");
        await Eventually.TrueAsync(() => !receiver.Requests.IsEmpty, "the alert");
        await stop.CancelAsync();
        await traffic;

        string[] changes = [.. history.Changes.Reverse().Select(change => change.Action)];
        Assert.Equal(isGood ? ["start", "advance", "promote"] : ["start", .. changes[1..^1], "abort"], changes);
        Assert.Equal(changes.Length, history.Changes.Select(change => (change.Action, change.Step)).Distinct().Count());
        Assert.Equal(isGood ? 2 : 1, (await versions.FindAsync(StoreId.Main, Model))!.Aliases[Arm.Champion]);
        Assert.Equal(isGood ? 1 : 0, (await versions.AliasHistoryAsync(StoreId.Main, Model)).Items.Count(change => change.To == 2));
        var decisions = (await new PipelineClient(pipeline.Http).ListDecisionsAsync(StoreId.Main, model: Model)).Items;
        Assert.Single(decisions, decision => decision.Action == (isGood ? DecisionAction.Promoted : DecisionAction.RolledBack));
        Assert.Single(receiver.Requests.Select(request => request.Headers["webhook-id"]).Distinct()); // a repetition has the id of the first
        var told = JsonDocument.Parse(receiver.Requests.First().Body).RootElement.GetProperty("data").GetProperty("alerts");
        Assert.Equal("busy", Assert.Single(told.EnumerateArray()).GetProperty("rule").GetString());
        Assert.Single((await alerts.ListAsync(StoreId.Main)).Items);
    }

    private static string Rules(string url) => $$"""
        channels: [{ name: hook, kind: webhook, url: "{{url}}/hook", secret: hook }]
        routes: [{ name: own, channels: [hook], group_wait: 0s }]
        rules:
          - { name: busy, metric: requests, where: { model: {{Model}}, arm: champion }, window: 5m, above: 10, for: 0s, keep_firing_for: 1h, route: own, severity: warning }
          - { name: errors, metric: error_rate, window: 5m, above: 0.9, enabled: false }
        """;

    private static async Task AddVersionsAsync(HttpClient http, RegistryClient registry)
    {
        for (var number = 1; number <= 2; number++)
        {
            var version = await registry.CreateVersionAsync(StoreId.Main, Model, new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), $"{number}");
            var file = await (await http.PutAsync($"/v1/models/{Model}/versions/{version.Version}/files/model.onnx", new ByteArrayContent([1, (byte)number]))).ReadAsync<PackageFile>();
            await registry.CompleteAsync(StoreId.Main, Model, new PackageManifest(Model, version.Version, [file]));
        }
        await registry.SetAliasAsync(StoreId.Main, Model, Arm.Champion, new AliasRequest(1, "first"));
    }

    /// <summary>Both arms answer, all the time.</summary>
    private static async Task AnswerAsync(ShopEvents events, Func<bool> fails, CancellationToken cancellationToken)
    {
        for (var shopper = 0; !cancellationToken.IsCancellationRequested; shopper++)
        {
            await events.AppendImpressionsAsync(
            [
                new Impression(StoreId.Main, Guid.NewGuid().ToString(), DateTimeOffset.UtcNow, Model, 1, $"a{shopper % 300}", ["p1", "p2"], false, .002, Arm.Champion),
                new Impression(StoreId.Main, Guid.NewGuid().ToString(), DateTimeOffset.UtcNow, Model, 2, $"b{shopper % 300}", ["p1", "p2"], false, .002, "challenger", Failed: fails()),
            ], CancellationToken.None);
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
