using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Signing;
using ModelOps.Jobs;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Triggers;

namespace ModelOps.Tests.Pipeline;

/// <summary>
/// Automation on its own clock, over the real database: the loop is called as two replicas would call it, and no job runs but what the
/// test itself ends.
/// </summary>
public sealed class AutomationTests(Stores stores) : IAsyncLifetime
{
    private const string Secret = "a-secret-of-the-shop";
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero); // a Monday

    private readonly FakeTimeProvider time = new(Start);
    private readonly Asking asking = new();
    private readonly Answers answers = new();
    private Service<PipelineDb> service = null!;
    private HttpClient http = null!;
    private PipelineClient pipeline = null!;
    private string yaml = "";

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<PipelineDb>(["pipelinedb"], builder => builder
            .UseSetting("Automation:WebhookSecrets:main", Secret)
            .ConfigureTestServices(services =>
            {
                services.AddSingleton<TimeProvider>(time);
                services.AddSingleton(_ => new PipelineCatalogue(new Dictionary<string, PipelineDefinition> { ["recommend"] = PipelineCatalogue.Parse("x.yaml", yaml) }));
                foreach (var own in services.Where(IsOwnWork).ToList()) // the test is the loop, and the worker
                    services.Remove(own);
                services.RemoveAll<ITrigger>();
                services.AddTransient<ITrigger, ScheduleTrigger>();
                services.AddSingleton<ITrigger>(asking);
                services.AddHttpClient<DataPrepClient>().ConfigurePrimaryHttpMessageHandler(() => answers).SetHandlerLifetime(Timeout.InfiniteTimeSpan);
                services.AddHttpClient<TrainerClient>().ConfigurePrimaryHttpMessageHandler(() => answers).SetHandlerLifetime(Timeout.InfiniteTimeSpan);
            }));
    }

    /// <summary>A trigger that never stops asking, and a model that never gets better: what a retraining storm is made of.</summary>
    [Theory]
    [InlineData(true, 10)] // a run a day by the cool-down
    [InlineData(false, 6)] // after failures every eight hours, but three a week
    public async Task Storm_CannotHappen(bool succeeds, int most)
    {
        await BeginAsync($"name: recommend\ntriggers: {{ drift: {{}} }}\nlimits: {{ runs_per_week: {(succeeds ? 7 : 3)} }}\n");
        asking.Fires = true;
        asking.Changes = true; // each look has another reason
        for (var hour = 0; hour < 10 * 24; hour += 8)
        {
            await LookTwiceAsync();
            await EndAsync(succeeds);
            time.Advance(TimeSpan.FromHours(8));
        }

        var runs = await AutomaticAsync();

        Assert.InRange(runs.Count, most - 2, most);
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.Second.CreatedAt - pair.First.CreatedAt >= TimeSpan.FromHours(succeeds ? 24 : 6)));
        Assert.All(runs, run => Assert.InRange(runs.Count(other => other.CreatedAt > run.CreatedAt.AddDays(-7) && other.CreatedAt <= run.CreatedAt), 1, succeeds ? 7 : 3));
    }

    [Fact]
    public async Task Budget_ExpectedMinutes_HoldRunsBack()
    {
        answers.ExpectedMinutes = 40;
        await BeginAsync("name: recommend\ntriggers: { drift: {} }\nlimits: { cool_down: { success: 1m }, training_minutes: { day: 100, week: 100 } }\n");
        asking.Fires = asking.Changes = true;
        for (var hour = 0; hour < 12; hour++)
        {
            await LookTwiceAsync();
            await EndAsync(true, trained: 40);
            time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(2, (await AutomaticAsync()).Count);
        var held = (await DecisionsAsync())[0];
        Assert.Equal(DecisionAction.Suppressed, held.Action);
        Assert.Contains("80 minutes of training in 24 hours, 40 more expected; limits.training_minutes.day is 100.", held.Did, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedule_MissedTicksAndTwoReplicas_AreOneRun()
    {
        await BeginAsync("name: recommend\nschedule: { cron: \"30 3 * * *\", time_zone: Europe/Berlin }\nlimits: { cool_down: { success: 1m } }\n");
        await LookTwiceAsync(); // first seen: nothing is due
        Assert.Empty(await AutomaticAsync());

        time.Advance(TimeSpan.FromDays(3)); // the service was down
        await LookTwiceAsync();
        await LookTwiceAsync();

        var run = Assert.Single(await AutomaticAsync());
        Assert.Equal(("schedule", RunState.Queued, "automation"), (run.Trigger, run.State, run.By));
        Assert.Contains("The tick of 2026-11-05 02:30 UTC", run.TriggerReason, StringComparison.Ordinal);
        Assert.Contains("2 before it passed unseen", run.TriggerReason, StringComparison.Ordinal);
        var status = Assert.Single(await pipeline.ListPipelinesAsync(StoreId.Main));
        Assert.Equal((new DateTimeOffset(2026, 11, 6, 2, 30, 0, TimeSpan.Zero), "shop", "recommend"), (status.NextTick, status.Targets[0].Dataset, status.Targets[0].Model));
        Assert.True(status.Targets[0].Triggers.Single(trigger => trigger.Trigger == "schedule").At >= Start);
    }

    [Fact]
    public async Task Pause_IsKept_AndWhatItHoldsBackIsTold()
    {
        await BeginAsync("name: recommend\nschedule: { cron: \"0 * * * *\" }\ntriggers: { drift: {} }\nlimits: { cool_down: { success: 1m } }\n");
        await LookTwiceAsync();
        await (await http.PutAsJsonAsync("/v1/automation", new AutomationRequest(true))).ProblemAsync(HttpStatusCode.BadRequest, "reason");
        await pipeline.SetAutomationAsync(StoreId.Main, new AutomationRequest(true, "the sale"), "Zoë");
        asking.Fires = true;
        time.Advance(TimeSpan.FromMinutes(61));

        await LookTwiceAsync();
        await LookTwiceAsync();

        Assert.Empty(await AutomaticAsync());
        Assert.Equal((true, "the sale", "Zoë"), await pipeline.GetAutomationAsync(StoreId.Main) is var kept ? (kept.Paused, kept.Reason, kept.By) : default);
        var told = await DecisionsAsync();
        Assert.Equal([("drift", "suppressed"), ("schedule", "suppressed"), ("switch", "paused")], told.Select(decision => (decision.Trigger, decision.Action)).Order());
        Assert.All(told.Where(decision => decision.Action == DecisionAction.Suppressed), decision => Assert.Contains("paused by Zoë: the sale", decision.Did, StringComparison.Ordinal));

        await pipeline.SetAutomationAsync(StoreId.Main, new AutomationRequest(false), "Max");
        await LookTwiceAsync(); // the tick has passed; what lasts still asks
        Assert.Equal("drift", Assert.Single(await AutomaticAsync()).Trigger);
    }

    [Fact]
    public async Task Crash_BetweenDecisionAndQueue_StartsExactlyOneRun()
    {
        await BeginAsync("name: recommend\ntriggers: { drift: {} }\n");
        asking.Fires = true;
        await LookTwiceAsync();
        var run = Assert.Single(await AutomaticAsync());
        await SqlAsync("DELETE FROM jobs"); // as if the process had died after the transaction
        var jobs = service.Services.GetRequiredService<JobQueue>();
        Assert.Empty(await jobs.LiveAsync([run.Id]));

        time.Advance(TimeSpan.FromMinutes(1));
        await LookTwiceAsync();

        Assert.Equal([run.Id], await jobs.LiveAsync([run.Id]));
        Assert.Equal(run.Id, Assert.Single(await AutomaticAsync()).Id);
        Assert.Equal(DecisionAction.Started, Assert.Single(await DecisionsAsync(), decision => decision.Run == run.Id && decision.Action == DecisionAction.Started).Action);
    }

    [Fact]
    public async Task Decisions_ArePagedNewestFirst_AndSayWhatItWouldHaveTaken()
    {
        await BeginAsync("name: recommend\ntriggers: { drift: {} }\n");
        asking.Fires = true;
        await LookTwiceAsync();
        await EndAsync(true);
        asking.Changes = true;
        for (var look = 0; look < 3; look++)
        {
            await LookTwiceAsync();
            time.Advance(TimeSpan.FromMinutes(5));
        }

        var first = await pipeline.ListDecisionsAsync(StoreId.Main, "recommend", limit: 2);
        var rest = await pipeline.ListDecisionsAsync(StoreId.Main, "recommend", "recommend", first.Next, 50);

        Assert.Equal(2, first.Items.Count);
        Assert.Null(rest.Next);
        var all = first.Items.Concat(rest.Items).ToList();
        Assert.Equal(all.Select(decision => decision.Id).OrderDescending(), all.Select(decision => decision.Id));
        Assert.Equal((DecisionAction.Started, "Asked."), (all[^1].Action, all[^1].Saw));
        Assert.Contains("limits.cool_down.success is 24h", all[0].Did, StringComparison.Ordinal);
        Assert.Contains("The cool-down's end at ", all[0].Otherwise, StringComparison.Ordinal);
        Assert.Empty((await pipeline.ListDecisionsAsync(StoreId.Main, model: "another")).Items);
        Assert.Empty((await pipeline.ListDecisionsAsync(new StoreId("another"))).Items);
    }

    [Fact]
    public async Task Webhook_Signed_StartsOneRun()
    {
        await BeginAsync("name: recommend\ntriggers: { webhook: true }\n");

        var first = await (await CallAsync("call-1", Secret)).ReadAsync<IReadOnlyList<Decision>>();
        var again = await (await CallAsync("call-1", Secret)).ReadAsync<IReadOnlyList<Decision>>();
        var second = await (await CallAsync("call-2", Secret)).ReadAsync<IReadOnlyList<Decision>>();

        Assert.Equal((DecisionAction.Started, DecisionAction.Suppressed), (Assert.Single(first).Action, Assert.Single(second).Action));
        Assert.Equal(first[0].Id, Assert.Single(again).Id);
        Assert.Equal(("webhook", "Webhook call-1: new season"), Assert.Single(await AutomaticAsync()) is var run ? (run.Trigger, run.TriggerReason) : default);
    }

    [Fact]
    public async Task Webhook_UnsignedLateOrNotWanted_IsRefused()
    {
        await BeginAsync("name: recommend\n");

        await (await CallAsync("call-1", "another secret of somebody")).ProblemAsync(HttpStatusCode.Unauthorized, "signature");
        await (await CallAsync("call-1", Secret, secondsAgo: 301)).ProblemAsync(HttpStatusCode.Unauthorized, "signature");
        await (await http.PostAsync("/v1/pipelines/recommend/trigger", null)).ProblemAsync(HttpStatusCode.Unauthorized, "signature");
        await (await CallAsync("call-1", Secret)).ProblemAsync(HttpStatusCode.Conflict, "webhook-off");
        Assert.Empty(await AutomaticAsync());
    }

    [Fact]
    public async Task Validate_NamesLineAndColumn()
    {
        await BeginAsync("name: recommend\n");

        using var text = new StringContent("name: x\nrollout:\n  kind: yolo\n");
        var check = await (await http.PostAsync("/v1/pipelines/validate", text)).ReadAsync<PipelineCheck>();

        Assert.Equal((3, 9, "rollout.kind"), Assert.Single(check.Faults) is var fault ? (fault.Line, fault.Column, fault.Key) : default);
        Assert.Equal(PipelineSchema.Text, await http.GetStringAsync("/v1/pipelines/schema"));
    }

    /// <summary>The service with this pipeline, whose model has had its first run.</summary>
    private async Task BeginAsync(string definition)
    {
        yaml = definition;
        http = service.CreateClient();
        pipeline = new PipelineClient(http);
        await pipeline.StartAsync(StoreId.Main, new PipelineRunRequest("recommend", "shop"));
        await EndAsync(true);
        await SqlAsync($"UPDATE runs SET created_at = created_at - interval '30 days', ended_at = ended_at - interval '30 days'");
    }

    private static bool IsOwnWork(ServiceDescriptor descriptor) => descriptor.ServiceType == typeof(IHostedService)
        && (descriptor.ImplementationFactory is not null || descriptor.ImplementationType?.Namespace?.StartsWith("ModelOps", StringComparison.Ordinal) == true);

    /// <summary>As two replicas do it.</summary>
    private Task LookTwiceAsync()
    {
        var loop = service.Services.GetRequiredService<AutomationLoop>();
        return Task.WhenAll(loop.LookAsync(CancellationToken.None), loop.LookAsync(CancellationToken.None));
    }

    /// <summary>Ends what is under way.</summary>
    private async Task EndAsync(bool succeeds, double trained = 1)
    {
        await using var scope = service.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<PipelineDb>();
        foreach (var run in await database.Runs.Include(run => run.Steps).Where(run => run.EndedAt == null).ToListAsync())
        {
            (run.State, run.EndedAt) = (succeeds ? RunState.Succeeded : RunState.Failed, time.GetUtcNow());
            var step = run.Steps.Single(step => step.Name == "train");
            (step.State, step.StartedAt, step.EndedAt) = (run.State, time.GetUtcNow().AddMinutes(-trained), time.GetUtcNow());
        }
        await database.SaveChangesAsync();
    }

    private async Task<IReadOnlyList<RunRow>> AutomaticAsync()
    {
        await using var scope = service.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PipelineDb>().Runs.AsNoTracking().Where(run => run.Trigger != RunRow.Manual).OrderBy(run => run.CreatedAt).ToListAsync();
    }

    private async Task<IReadOnlyList<Decision>> DecisionsAsync() => (await pipeline.ListDecisionsAsync(StoreId.Main, limit: 500)).Items;

    private async Task SqlAsync(string sql)
    {
        await using var scope = service.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<PipelineDb>().Database.ExecuteSqlRawAsync(sql);
    }

    private async Task<HttpResponseMessage> CallAsync(string id, string secret, int secondsAgo = 0)
    {
        const string Body = "{\"reason\":\"new season\"}";
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds() - secondsAgo;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/pipelines/recommend/trigger") { Content = new StringContent(Body) };
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, WebhookSignature.Of(secret, id, timestamp, Body));
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        await service.DisposeAsync();
        answers.Dispose();
    }

    /// <summary>Stands for drift.</summary>
    private sealed class Asking : ITrigger
    {
        private int looks;

        public bool Fires { get; set; }

        public bool Changes { get; set; }

        public string Name => "drift";

        public bool IsOn(PipelineDefinition definition) => definition.Triggers.Drift is not null;

        public Task<TriggerReading?> ReadAsync(TriggerQuestion question, CancellationToken cancellationToken) => Task.FromResult<TriggerReading?>(
            new(Fires, Changes ? $"{Interlocked.Increment(ref looks)}" : "same", "Asked.", "Not asking.", new Dictionary<string, double>()));
    }

    private sealed class Answers : HttpMessageHandler
    {
        public double? ExpectedMinutes { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            object answer = request.RequestUri!.AbsolutePath.EndsWith("/estimate", StringComparison.Ordinal)
                ? new RunEstimate(1, ExpectedMinutes is { } minutes ? new Expected(minutes * 60, null, null) : null, null, null, null, "")
                : new Dataset("shop", 1, DateTimeOffset.UnixEpoch, []);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(answer, answer.GetType()) });
        }
    }
}
