using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using ModelOps.Monitor.Quality;
using ModelOps.Monitor.Verdicts;

namespace ModelOps.Tests.Monitor;

public sealed class RolloutVerdictsTests(Stores stores)
{
    private const int Shoppers = 150;
    private static readonly DateTimeOffset Step = new(DateTimeOffset.UtcNow.AddHours(-3).Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);

    [Fact]
    public async Task JudgeAsync_FromTheLog_ByShopper_AndKeepsWhatChanged()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = service.CreateClient();
        var rollout = new Rollout(Guid.NewGuid(), "m", "champion", RolloutKind.Canary, RolloutState.Running, 1, [new("champion", 1, 50), new("challenger", 2, 50)], [50], 0, 1,
            [new(GuardMetric.ClickRate, AtLeastTimes: .95)], Step, Step, null, "", "");
        Assert.Contains("no traffic", (await JudgeAsync(service, rollout)).Reason, StringComparison.Ordinal);

        var events = service.Services.GetRequiredService<ShopEvents>();
        var answers = Enumerable.Range(0, Shoppers).SelectMany(shopper => new[] { Shown($"a{shopper}", 1, "champion", shopper), Shown($"b{shopper}", 2, "challenger", shopper + Shoppers) }).ToList();
        await events.AppendImpressionsAsync([.. answers, Shown("nobody", 1, "champion", 0) with { User = null }]);
        await events.AppendAsync([.. answers.Where(answer => answer.Version == 1).Select(answer => new LoggedEvent(
            StoreId.Main, answer.Token, EventNames.View, answer.User, null, answer.Time.AddMinutes(1), [new EventItem("a"), new EventItem("b")], answer.Token))]);
        Verdict? verdict = null;
        await Eventually.TrueAsync(async () => (verdict = await JudgeAsync(service, rollout)).Kind == VerdictKind.Fail, "the challenger that nobody clicks to be refused");
        await JudgeAsync(service, rollout); // says the same: not kept again

        var evidence = Assert.Single(verdict!.Evidence);
        Assert.Equal((Shoppers, 0d), (evidence.Shoppers!.Value, evidence.Value));
        var kept = (await (await http.GetAsync($"/v1/models/m/rollouts/{rollout.Id}/verdicts")).ReadAsync<Page<KeptVerdict>>()).Items;
        Assert.Equal((VerdictKind.Fail, VerdictKind.Wait), (kept[0].Kind, kept[^1].Kind));
        Assert.Single(kept, one => one.Kind == VerdictKind.Fail);
        Assert.Equal(verdict.Reason.Split(':')[0], kept[0].Reason.Split(':')[0]);
        Assert.False(Assert.Single(kept[0].Evidence).Holds);
        var older = await (await http.GetAsync($"/v1/models/m/rollouts/{rollout.Id}/verdicts?limit=1&after={kept[0].Id}")).ReadAsync<Page<KeptVerdict>>();
        Assert.Equal(kept[1].Id, Assert.Single(older.Items).Id);
    }

    private static async Task<Verdict> JudgeAsync(Service<MonitorDb> service, Rollout rollout)
    {
        await using var scope = service.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<RolloutVerdicts>().JudgeAsync(StoreId.Main, rollout, CancellationToken.None);
    }

    private static Impression Shown(string token, int version, string arm, int shopper) => new(
        StoreId.Main, token, Step.AddMinutes(1), "m", version, $"u{shopper}", ["a", "b", "c"], false, .002, arm);
}
