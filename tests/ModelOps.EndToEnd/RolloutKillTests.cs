using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;

namespace ModelOps.EndToEnd;

/// <summary>kill -9 of the services that judge and act, ten times in one rollout: it ends as it would have, and whoever is told is told once.</summary>
public sealed class RolloutKillTests(Stack stack)
{
    private const string Model = "killed-rollout";

    [Fact]
    public async Task TenKills_OfPipelineAndMonitor_TheCanaryIsPromotedOnce_AndTheAlertIsToldOnce()
    {
        await KillTests.UploadAsync(stack);
        for (var version = 1; version <= 2; version++)
        {
            var trained = await stack.FinishAsync(await stack.Pipeline.StartAsync(StoreId.Main, new PipelineRunRequest("recommend", KillTests.Dataset, Model)));
            Assert.Equal((RunState.Succeeded, null), (trained.State, trained.Error));
        }
        await stack.Registry.SetAliasAsync(StoreId.Main, Model, Arm.Champion, new Contracts.Versions.AliasRequest(1, "the canary's rival"));
        using var receiver = new Receiver();
        using var alertsHttp = await stack.ClientAsync("monitor");
        var alerts = new AlertsClient(alertsHttp);
        await alerts.PutRulesAsync(StoreId.Main, new NewAlertRuleSet($$"""
            channels: [{ name: kill-hook, kind: webhook, url: "{{receiver.Url}}", secret: kill-hook }]
            routes: [{ name: kill-route, channels: [kill-hook], group_wait: 1s }]
            rules:
              - { name: killed, metric: requests, where: { model: {{Model}}, arm: champion }, window: 5m, above: 10, for: 0s, keep_firing_for: 1h, route: kill-route, summary: There is traffic }
            """));
        using var stop = new CancellationTokenSource();
        var traffic = AskAsync(stop.Token);

        var rollout = await stack.Registry.StartRolloutAsync(StoreId.Main, Model, new RolloutRequest(
            RolloutKind.Canary, 2, Steps: [30, 60], BakeMinutes: .3, Guards: [new Guard(GuardMetric.ErrorRate, AtMost: .2)]));
        var random = new Random(10);
        for (var kill = 0; kill < 10; kill++)
        {
            var victim = random.Next(2) == 0 ? "pipeline" : "monitor";
            await Task.Delay(random.Next(4000));
            await stack.UntilAsync(async () => (await stack.ResourceAsync(victim)).GetProperty("replicas")[0].GetProperty("processId").ValueKind == JsonValueKind.Number, $"{victim} to run again");
            await stack.KillAsync(victim);
        }
        RolloutHistory? history = null;
        await stack.UntilAsync(async () => (history = await stack.Registry.FindRolloutAsync(StoreId.Main, Model, rollout.Id))!.Rollout.State is not RolloutState.Running, "the end of the rollout", TimeSpan.FromMinutes(5));
        await stack.UntilAsync(() => Task.FromResult(!receiver.Messages.IsEmpty), "the alert", TimeSpan.FromMinutes(3)); // a message that was on its way when its sender died is claimed for 90 s
        await stop.CancelAsync();
        Assert.Equal(0, await traffic);

        Assert.Equal(["start 0", "advance 1", "promote 1"], history!.Changes.OrderBy(change => change.At).Select(change => $"{change.Action} {change.Step}"));
        Assert.Equal((RolloutState.Promoted, 2), (history.Rollout.State, (await stack.Registry.FindAsync(StoreId.Main, Model))!.Aliases[Arm.Champion]));
        Assert.Single((await stack.Registry.AliasHistoryAsync(StoreId.Main, Model)).Items, change => change.To == 2 && change.At >= rollout.StartedAt);
        Assert.Single(receiver.Messages.Distinct()); // a repetition has the id of the first
        await alerts.PutRulesAsync(StoreId.Main, new NewAlertRuleSet(""));
    }

    /// <returns>How many answers failed.</returns>
    private async Task<int> AskAsync(CancellationToken cancellationToken)
    {
        var failed = 0;
        for (var shopper = 0; !cancellationToken.IsCancellationRequested; shopper++)
        {
            try
            {
                await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: $"s{shopper % 400}", Count: 5, Model: Model), CancellationToken.None);
            }
            catch (HttpRequestException)
            {
                failed++;
            }
            await Task.Delay(20, CancellationToken.None);
        }
        return failed;
    }

    /// <summary>A webhook's end; it keeps the ids of the messages that say that the alert fires.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener listener = new();

        public Receiver()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }
            listener.Prefixes.Add(Url);
            listener.Start();
            _ = ListenAsync();
        }

        public string Url { get; }

        public ConcurrentQueue<string> Messages { get; } = new();

        private async Task ListenAsync()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
                using var reader = new StreamReader(context.Request.InputStream);
                if ((await reader.ReadToEndAsync()).Contains("alerts.firing", StringComparison.Ordinal))
                    Messages.Enqueue(context.Request.Headers["webhook-id"]!);
                context.Response.StatusCode = 204;
                context.Response.Close();
            }
        }

        public void Dispose() => listener.Close();
    }
}
