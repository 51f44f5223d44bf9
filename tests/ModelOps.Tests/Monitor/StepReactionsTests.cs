using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Privacy;
using ModelOps.EventLog;
using ModelOps.Monitor.Privacy;
using ModelOps.Monitor.Quality;
using ModelOps.Monitor.Verdicts;
using Npgsql;

namespace ModelOps.Tests.Monitor;

public sealed class StepReactionsTests(Stores stores)
{
    private const int Shoppers = 25;
    private static readonly DateTimeOffset Step = new(2026, 11, 1, 10, 0, 20, TimeSpan.Zero);

    [Fact]
    public async Task OfAsync_AtEveryLook_IsTheSumOfTheWholeStep()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = service.CreateClient(); // migrates
        await using var scope = service.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        var kept = service.Services.GetRequiredService<StepReactions>();
        var random = new Random(11);
        List<Impression> answered = [];
        List<Pause> pauses = [];
        HashSet<Reactions> seen = [];
        for (var look = 0; look < 24; look++)
        {
            var now = Step.AddSeconds(20 * look);
            // Answers of the last seconds, some for nobody or another arm, some that were written behind; then clicks on answers of any age.
            List<Impression> fresh = [.. Enumerable.Range(0, 12).Select(i => Shown($"{look}-{i}", now.AddSeconds(-random.Next(random.Next(4) == 0 ? 200 : 20)), random))];
            answered.AddRange(fresh);
            await WriteAsync(service, fresh, [.. Enumerable.Range(0, 5).Select(_ => answered[random.Next(answered.Count)])]);
            if (look == 9)
                pauses = [new(now, null)];
            if (look == 13)
                pauses = [new(pauses[0].From, now)];
            if (look == 17)
                await scope.ServiceProvider.GetRequiredService<ShopperErasure>().EraseAsync(StoreId.Main, new PersonTraces("u3", [], []), CancellationToken.None);
            var filter = new AnswerFilter("main", "m", Step, now.AddMinutes(-1), 2, "challenger", AssignedOnly: true) { Pauses = pauses };

            var sums = await kept.OfAsync(database, filter, CancellationToken.None);

            Assert.Equal(await PlainAsync(database, filter), sums);
            seen.Add(sums);
        }
        Assert.True(seen.Count > 12, "The looks saw different sums.");
        Assert.NotEqual(await PlainAsync(database, Filter([])), await PlainAsync(database, Filter(pauses))); // a pause leaves something out

        static AnswerFilter Filter(IReadOnlyList<Pause> pauses) => new("main", "m", Step, Step.AddHours(1), 2, "challenger", AssignedOnly: true) { Pauses = pauses };
    }

    private static async Task<Reactions> PlainAsync(MonitorDb database, AnswerFilter filter) =>
        (await ShopperSums.ReadAsync(database, filter, new Grouping(false, false, false), CancellationToken.None)).SingleOrDefault() is { } sums ? new Reactions(sums.Answers, sums.Clicks, sums.Purchases) : Reactions.None;

    private static Impression Shown(string token, DateTimeOffset time, Random random)
    {
        var isTried = random.Next(5) > 0;
        return new Impression(StoreId.Main, token, time, "m", isTried ? 2 : 1, random.Next(8) == 0 ? null : $"u{random.Next(Shoppers)}", ["a", "b", "c"], false, .002, isTried ? "challenger" : "champion") { Placement = random.Next(2) == 0 ? "home" : "cart" };
    }

    private static async Task WriteAsync(Service<MonitorDb> service, IReadOnlyList<Impression> answers, IReadOnlyList<Impression> clicked)
    {
        var tally = new Tally(await service.Services.GetRequiredService<ShopperKeys>().OfAsync([StoreId.Main], CancellationToken.None));
        foreach (var answer in answers)
        {
            var shopper = tally.Shopper(answer);
            (shopper.Answers, shopper.Impressions) = (shopper.Answers + 1, shopper.Impressions + answer.Items.Count);
        }
        foreach (var (index, answer) in clicked.Index())
            new Reaction(answer, "a", index % 3 == 0 ? EventNames.Purchase : EventNames.View, "", 1).AddTo(tally);
        await using var connection = new NpgsqlConnection(service.Settings["ConnectionStrings:monitordb"]);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await tally.WriteAsync(connection, transaction, CancellationToken.None);
        await transaction.CommitAsync();
    }
}
