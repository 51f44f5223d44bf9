using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Quality;
using ModelOps.EventLog;
using ModelOps.Monitor.Alerts.Metrics;
using ModelOps.Monitor.Privacy;
using ModelOps.Monitor.Quality;
using ModelOps.Monitor.Verdicts;

namespace ModelOps.Tests.Monitor;

/// <summary>What becomes of searches and of answers to customers, from the log to reports, alert metrics and verdicts.</summary>
public sealed class OutcomesTests(Stores stores)
{
    private static readonly DateTimeOffset Then = new(DateTimeOffset.UtcNow.AddHours(-3).Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);

    [Fact]
    public async Task Searches_ByWhatCameOfThem()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = service.CreateClient();
        var events = service.Services.GetRequiredService<ShopEvents>();
        await events.AppendImpressionsAsync([
            Searched("later", "ann", 2, "red shoes"), // written before the one that it follows
            Searched("first", "ann", 0, "red shos", found: 0),
            Searched("page-1", "bob", 0, "tv"),
            Searched("page-2", "bob", 1, "tv", page: 2),
            Searched("nothing", "cat", 0, "lamp"),
            Searched("much-later", "cat", 6, "desk"), // after five minutes it is another wish
            Searched("leafing", "dan", 0, ""),
            Searched("v2", "eve", 0, "lamp", version: 2, arm: "challenger"),
        ]);
        await events.AppendAsync([Clicked("e1", "later", "ann", "c", "b"), Clicked("e2", "page-2", "bob", "a"), Clicked("e3", "v2", "eve", "never-shown"), Clicked("e1", "later", "ann", "c", "b")]);

        var monitor = new MonitorClient(http);
        IReadOnlyList<OutcomeReport> rows = [];
        await Eventually.TrueAsync(async () =>
        {
            rows = await monitor.GetSearchesAsync(StoreId.Main, "search", Then.AddHours(-1), ["version", "arm"]);
            return rows.Count == 2 && rows[1].Rates[OutcomeMetric.SearchClickRate].Value > 0 && rows[1].Answers == 5;
        }, "the searches");

        var (two, one) = (rows[0], rows[1]);
        Assert.Equal((2, "challenger", 1L, 1d), (two.Version!.Value, two.Arm, two.Answers, two.Rates[OutcomeMetric.AbandonedRate].Value));
        Assert.Equal((5L, 3L), (one.Answers, one.Shoppers)); // the second page and the leafing are none
        Assert.Equal(1 / 5.0, one.Rates[OutcomeMetric.SearchClickRate].Value, 1e-9);
        Assert.Equal(0, one.Rates[OutcomeMetric.SearchClickRateAt1].Value);
        Assert.Equal(1 / 5.0, one.Rates[OutcomeMetric.SearchClickRateAt3].Value, 1e-9); // b, its second product
        Assert.Equal(1 / 5.0, one.Rates[OutcomeMetric.ZeroResultRate].Value, 1e-9);
        Assert.Equal(1 / 5.0, one.Rates[OutcomeMetric.ReformulationRate].Value, 1e-9);
        Assert.Equal(2 / 5.0, one.Rates[OutcomeMetric.AbandonedRate].Value, 1e-9); // lamp and desk; who leafed on has not gone
        Assert.InRange(one.Rates[OutcomeMetric.AbandonedRate].High!.Value, .4, 1.5);
        Assert.Equal((4d + 2) / 2, one.MeanPlace!.Value); // the first of the second page is the fourth
        Assert.Equal(3d, one.MedianPlace!.Value);
        await (await http.GetAsync("/v1/models/search/searches?by=weather")).ProblemAsync(HttpStatusCode.BadRequest, "quality");

        await using var scope = service.Services.CreateAsyncScope();
        var metrics = scope.ServiceProvider.GetServices<IMetricSource>().OfType<OutcomeMetrics>().Single();
        var zero = await metrics.ReadAsync(StoreId.Main, metrics.Metrics.Single(metric => metric.Name == OutcomeMetric.ZeroResultRate), Then.AddMinutes(-1), Then.AddHours(1), CancellationToken.None);
        Assert.Equal([("challenger", 0d, 1L), ("champion", .2, 5L)], zero.Select(reading => (reading.Labels["arm"], reading.Value, reading.Observations)).Order());

        var erased = await scope.ServiceProvider.GetRequiredService<ShopperErasure>().EraseAsync(StoreId.Main, new PersonTraces("ann", [], ["first"]), CancellationToken.None);
        Assert.Equal((2L, 0L), erased.Where(place => place.What.StartsWith("searches", StringComparison.Ordinal)).Select(place => (place.Removed, place.Remaining)).Single());
        Assert.Equal(5, await scope.ServiceProvider.GetRequiredService<MonitorDb>().Searches.CountAsync());
    }

    [Fact]
    public async Task Answers_ByHowTheyWereGiven_AndAVersionThatGivesUpIsRolledBack()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = service.CreateClient();
        var events = service.Services.GetRequiredService<ShopEvents>();
        var answers = Enumerable.Range(0, 150).SelectMany(customer => new[]
        {
            Assisted($"a{customer}", 1, "champion", $"u{customer}", customer % 10 == 0 ? "hand-over" : "faq"),
            Assisted($"b{customer}", 2, "challenger", $"v{customer}", customer % 10 < 7 ? "hand-over" : "faq"),
        }).ToList();
        await events.AppendImpressionsAsync(answers);

        var monitor = new MonitorClient(http);
        IReadOnlyList<OutcomeReport> rows = [];
        await Eventually.TrueAsync(async () => (rows = await monitor.GetAssistanceAsync(StoreId.Main, "assist", Then.AddHours(-1), ["version"])).Sum(row => row.Answers) == 300, "the answers");
        Assert.Equal([(2, .7), (1, .1)], rows.Select(row => (row.Version!.Value, Math.Round(row.Rates[OutcomeMetric.HandOverRate].Value, 9))));
        Assert.Equal(.9, rows[1].Rates[OutcomeMetric.FaqRate].Value, 1e-9);

        var rollout = new Rollout(Guid.NewGuid(), "assist", "champion", RolloutKind.Canary, RolloutState.Running, 1, [new("champion", 1, 50), new("challenger", 2, 50)], [50], 0, 1,
            [new(OutcomeMetric.HandOverRate, AtMostTimes: 1.25)], Then, Then, null, "", "");
        await using var scope = service.Services.CreateAsyncScope();
        var verdict = await scope.ServiceProvider.GetRequiredService<RolloutVerdicts>().JudgeAsync(StoreId.Main, rollout, CancellationToken.None);
        Assert.Equal(VerdictKind.Fail, verdict.Kind);
        var evidence = Assert.Single(verdict.Evidence);
        Assert.Equal((.7, 150L), (Math.Round(evidence.Value, 9), evidence.Shoppers!.Value));
        var fair = await scope.ServiceProvider.GetRequiredService<RolloutVerdicts>().JudgeAsync(StoreId.Main, rollout with { Id = Guid.NewGuid(), Guards = [new(OutcomeMetric.OutOfScopeRate, AtMostTimes: 1.25)] }, CancellationToken.None);
        Assert.Equal(VerdictKind.Pass, fair.Kind); // nobody's message was about something else
    }

    private static Impression Searched(string token, string user, int minute, string form, int found = 20, int page = 1, int version = 1, string arm = "champion") => new(
        StoreId.Main, token, Then.AddMinutes(minute), "search", version, user, ["a", "b", "c"], false, .002, arm, Placement: "search", Query: form, Search: new LoggedSearch(form, page, (page - 1) * 3, found, "all"));

    private static Impression Assisted(string token, int version, string arm, string user, string way) => new(
        StoreId.Main, token, Then.AddMinutes(1), "assist", version, user, [], false, .002, arm, Placement: "assist", Assist: new LoggedAssist(way, null, false, "delivery"));

    private static LoggedEvent Clicked(string id, string token, string user, params string[] items) => new(StoreId.Main, id, EventNames.View, user, null, Then.AddMinutes(3), [.. items.Select(item => new EventItem(item))], token);
}
