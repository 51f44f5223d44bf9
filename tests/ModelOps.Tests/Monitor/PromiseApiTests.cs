using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Versions;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.Monitor;

public sealed class PromiseApiTests(Stores stores)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly DateTimeOffset PromotedAt = Minute(Now.AddDays(-3));

    [Fact]
    public async Task Promise_OfEachVersion_LooksWhereItWasCompared()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], host => host.ConfigureTestServices(services =>
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => new Registry()).SetHandlerLifetime(Timeout.InfiniteTimeSpan)));
        using var http = service.CreateClient();
        await using (var scope = service.Services.CreateAsyncScope())
        {
            var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
            // Version 2 in its canary: 12 of 100 clicked on a product against 4 of the champion's 100. Around the promotion it would be the other way round.
            database.ShopperMinutes.AddRange(Minutes(2, Arm.Challenger, PromotedAt.AddHours(-2), 12).Concat(Minutes(1, Arm.Champion, PromotedAt.AddHours(-2), 4)));
            database.ShopperMinutes.AddRange(Minutes(1, Arm.Champion, PromotedAt.AddHours(-5), 90).Concat(Minutes(2, Arm.Champion, PromotedAt.AddHours(5), 1)));
            // Version 3 was promoted directly, a day ago: 10 of 100 before, 11 after; what came more than a day before or after is another time.
            var direct = PromotedAt.AddDays(2);
            database.ShopperMinutes.AddRange(Minutes(2, Arm.Champion, direct.AddHours(-3), 10).Concat(Minutes(3, Arm.Champion, direct.AddHours(3), 11)));
            await database.SaveChangesAsync();
        }
        var monitor = new MonitorClient(http);

        var atOnce = (await monitor.FindPromiseAsync(StoreId.Main, "m", 2))!;
        var direct3 = await (await http.GetAsync("/v1/models/m/versions/3/promise?days=1&metric=recall@10")).ReadAsync<Promise>();

        Assert.Equal((1, PromotedAt, "ndcg@10", PromiseComparison.AtOnce, PromiseOutcome.Arrived), (atOnce.Champion, atOnce.PromotedAt, atOnce.Metric, atOnce.Compared, atOnce.Outcome));
        Assert.Equal((.04 / 2, .12 / 2, .04), (atOnce.Before!.Value, atOnce.After!.Value, Math.Round(atOnce.OnlineGain!.Value, 12))); // two products each
        Assert.Equal(.02, atOnce.OfflineGain!.Value, 1e-12);
        Assert.Equal((2, PromiseComparison.BeforeAndAfter, PromiseOutcome.CannotTellYet), (direct3.Champion, direct3.Compared, direct3.Outcome));
        Assert.Equal((.05, .055), (direct3.Before!.Value, direct3.After!.Value));
        Assert.Null(await monitor.FindPromiseAsync(StoreId.Main, "m", 1)); // the first one replaced nobody
        Assert.Null(await monitor.FindPromiseAsync(StoreId.Main, "unknown", 1));
        Assert.Contains("from 1 to 90", await (await http.GetAsync("/v1/models/m/versions/2/promise?days=0")).ProblemAsync(HttpStatusCode.BadRequest, "quality"), StringComparison.Ordinal);
    }

    /// <summary>A hundred shoppers who are shown two products each, of which so many click on one.</summary>
    private static IEnumerable<ShopperMinuteRow> Minutes(int version, string arm, DateTimeOffset start, int clicks) => Enumerable.Range(0, 100).Select(shopper => new ShopperMinuteRow
    {
        Store = "main",
        Model = "m",
        Version = version,
        Arm = arm,
        Placement = "home",
        Start = start,
        Shopper = (version * 1000) + shopper,
        IsAssigned = true,
        Answers = 1,
        Impressions = 2,
        Clicks = shopper < clicks ? 1 : 0,
    });

    private static DateTimeOffset Minute(DateTimeOffset time) => new(time.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);

    /// <summary>What the registry knows of the model <c>m</c>.</summary>
    private sealed class Registry : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            object? answer = request.RequestUri!.AbsolutePath switch
            {
                "/v1/models/m" => new RegisteredModel("m", [Version(3, .13), Version(2, .12), Version(1, .10)], new Dictionary<string, int> { [Arm.Champion] = 3 }, "", new Dictionary<string, string>()),
                "/v1/models/m/alias-history" => new Page<AliasChange>(
                [
                    new("m", Arm.Champion, 2, 3, "zoe", "", PromotedAt.AddDays(2)), new("m", "other", 1, 3, "zoe", "", PromotedAt.AddDays(-1)),
                    new("m", Arm.Champion, 1, 2, "automation", "", PromotedAt), new("m", Arm.Champion, null, 1, "zoe", "", PromotedAt.AddDays(-9)),
                ], null),
                "/v1/models/m/rollouts" => new Page<Rollout>(
                [
                    new(Guid.NewGuid(), "m", Arm.Champion, RolloutKind.Canary, RolloutState.Promoted, 1, [new(Arm.Champion, 1, 50), new(Arm.Challenger, 2, 50)], [50], 0, 10, [], PromotedAt.AddHours(-3), PromotedAt.AddHours(-3), PromotedAt, "automation", ""),
                    new(Guid.NewGuid(), "m", Arm.Champion, RolloutKind.Canary, RolloutState.Aborted, 1, [new(Arm.Champion, 1, 50), new(Arm.Challenger, 2, 50)], [50], 0, 10, [], PromotedAt.AddHours(-9), PromotedAt.AddHours(-9), PromotedAt.AddHours(-8), "zoe", ""),
                ], null),
                _ => null,
            };
            return Task.FromResult(answer is null
                ? new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request }
                : new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = JsonContent.Create(answer, answer.GetType()) });
        }

        private static ModelVersion Version(int version, double ndcg) => new(
            "m", version, VersionStatus.Ready, new Dictionary<string, double> { ["ndcg@10"] = ndcg, ["recall@10"] = 2 * ndcg }, new Dictionary<string, string>(), null, null, default, null);
    }
}
