using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Tests;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Tests.Runs;

namespace ModelOps.Trainer.Tests.Quotas;

public class QuotaTests(Stores stores)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 3, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Start_MoreThanMayRunAtATime_IsRefused_UntilOneHasEnded()
    {
        using var dataPrep = TrainerService.NewDataPrep(isAway: true);
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep, new Dictionary<string, string> { ["Trainer:Quota:ConcurrentRuns"] = "1", ["Trainer:Quota:Stores:busy:ConcurrentRuns"] = "2" });
        var first = await trainer.StartAsync("{}", "key");

        using var refused = await trainer.Http.PostAsJsonAsync("/v1/runs", TrainerService.Request("{}"));
        await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "quota-concurrent-runs");
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("may have 1 (Trainer:Quota:ConcurrentRuns)", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(first.Id, (await trainer.StartAsync("{}", "key")).Id); // what was accepted stays accepted

        var busy = new StoreId("busy");
        await trainer.StartAsync("{}", store: busy);
        await trainer.StartAsync("{}", store: busy);
        await Assert.ThrowsAsync<ServiceException>(() => trainer.StartAsync("{}", store: busy));

        await trainer.Client.CancelAsync(StoreId.Main, first.Id);
        await trainer.StartAsync("{}");
    }

    [Fact]
    public async Task Start_ManyAtOnce_OnlyAsManyAsMayAreAccepted()
    {
        using var dataPrep = TrainerService.NewDataPrep(isAway: true);
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep, new Dictionary<string, string> { ["Trainer:Quota:ConcurrentRuns"] = "2" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => trainer.Http.PostAsJsonAsync("/v1/runs", TrainerService.Request("{}"))));
        Assert.Equal(2, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(6, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Start_TheDaysMinutesUsedUp_IsRefusedUntilMidnight()
    {
        using var dataPrep = TrainerService.NewDataPrep(isAway: true);
        var clock = new Clock { Now = Noon };
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep, new Dictionary<string, string> { ["Trainer:Quota:MinutesPerDay"] = "60" }, clock);
        await AddAsync(trainer, Noon.AddHours(-13), Noon.AddHours(-11.5)); // half an hour of it today
        await AddAsync(trainer, Noon.AddMinutes(-29), null); // runs still
        await trainer.StartAsync("{}");

        clock.Now = Noon.AddMinutes(2);
        using var refused = await trainer.Http.PostAsJsonAsync("/v1/runs", TrainerService.Request("{}"));
        await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "quota-minutes-per-day");
        // 61, and two more where a worker has taken the run that was started at noon.
        Assert.Matches("6[13] minutes since midnight UTC, and may for 60 a day \\(Trainer:Quota:MinutesPerDay\\)\\. They may again from 2026-11-04 00:00 UTC", await refused.Content.ReadAsStringAsync());
        Assert.Equal(TimeSpan.FromMinutes(12 * 60 - 2), refused.Headers.RetryAfter!.Delta);
        await trainer.StartAsync("{}", store: new StoreId("other"));

        clock.Now = Noon.AddHours(12.1); // the one that runs still has used six minutes of the new day
        await trainer.StartAsync("{}");
    }

    [Fact]
    public async Task Options_BelowNothing_StopTheServiceAndAreNamed()
    {
        using var dataPrep = TrainerService.NewDataPrep(isAway: true);
        var stopped = await Assert.ThrowsAnyAsync<Exception>(() => TrainerService.StartAsync(stores, dataPrep, new Dictionary<string, string> { ["Trainer:Quota:Stores:main:MinutesPerDay"] = "-1" }));
        Assert.Contains("MinutesPerDay", stopped.ToString(), StringComparison.Ordinal);
    }

    private static async Task AddAsync(TrainerService trainer, DateTimeOffset from, DateTimeOffset? to)
    {
        await using var scope = trainer.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<RunsDb>();
        var run = Run.Of(StoreId.Main, TrainerService.Request("{}"), new Dictionary<string, System.Text.Json.JsonElement>(), null, from);
        (run.StartedAt, run.EndedAt, run.State) = (from, to, to is null ? RunState.Running : RunState.Succeeded);
        database.Runs.Add(run);
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
