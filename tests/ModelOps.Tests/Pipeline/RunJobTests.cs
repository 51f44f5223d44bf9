using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Tests.Pipeline;

/// <summary>The pipeline's durability, with steps that fail on demand in place of the services behind them.</summary>
public sealed class RunJobTests(Stores stores) : IAsyncLifetime
{
    private readonly Script script = new();
    private Service<PipelineDb> service = null!;
    private HttpClient? created;
    private string yaml = "name: recommend\n";

    private HttpClient Http => created ??= service.CreateClient(); // with the definition as it is when it is first used

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<PipelineDb>(["pipelinedb"], builder => builder
            .UseSetting("Jobs:Lease", "00:00:02").UseSetting("Jobs:RetryDelay", "00:00:00.05")
            .ConfigureTestServices(services =>
            {
                services.AddSingleton(_ => new PipelineCatalogue(new Dictionary<string, PipelineDefinition> { ["recommend"] = PipelineCatalogue.Parse("x.yaml", yaml) }));
                services.RemoveAll<IStep>();
                services.AddSingleton(script);
                foreach (var name in StepList.Names)
                    services.AddTransient<IStep>(provider => new ScriptedStep(name, provider.GetRequiredService<Script>()));
                services.AddHttpClient<DataPrepClient>().ConfigurePrimaryHttpMessageHandler(() => new KnownDatasets());
            }));
    }

    [Fact]
    public async Task Run_StepFailsForAMoment_GoesOnAtThatStep()
    {
        script.Fail("train", new HttpRequestException("connection refused"), times: 2);

        var run = await FinishAsync(await StartAsync());

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal(["prepare", "train", "train", "train", "gate", "register", "rollout"], script.Ran);
        Assert.All(run.Steps, step => Assert.Equal(RunState.Succeeded, step.State));
        Assert.Equal("train's output", run.Steps.Single(step => step.Name == "train").Outputs["train"]);
    }

    [Fact]
    public async Task Run_StepFailsForGood_NamesTheStepAndSkipsTheRest()
    {
        script.Fail("gate", new StepFailedException("Gate ndcg@10: too low."), times: 1);

        var run = await FinishAsync(await StartAsync());

        Assert.Equal((RunState.Failed, "Gate ndcg@10: too low."), (run.State, run.Error));
        Assert.Equal([RunState.Succeeded, RunState.Succeeded, RunState.Failed, RunState.Skipped, RunState.Skipped], run.Steps.Select(step => step.State));
    }

    [Fact]
    public async Task Run_MoreFailuresThanRetries_EndsAndIsResumedAtThatStep()
    {
        yaml = "name: recommend\nsteps: { train: { retries: 1 } }\n";
        script.Fail("train", new HttpRequestException("connection refused"), times: 3);

        var run = await FinishAsync(await StartAsync());
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("connection refused (tried 2 times: steps.train.retries in the pipeline's YAML is 1.)", run.Error, StringComparison.Ordinal);
        Assert.Equal([RunState.Succeeded, RunState.Failed, RunState.Skipped, RunState.Skipped, RunState.Skipped], run.Steps.Select(step => step.State));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Http.PostAsync($"/v1/runs/{run.Id}/resume", null)));
        run = await FinishAsync(run);

        Assert.Single(answers, answer => answer.IsSuccessStatusCode); // the others come too late
        Assert.Equal((RunState.Succeeded, 1, null), (run.State, run.Resumes, run.Error));
        Assert.Equal(["prepare", "train", "train", "train", "train", "gate", "register", "rollout"], script.Ran);
        Assert.Equal([$"{run.Id}/train", $"{run.Id}/train/1"], script.Keys["train"].Distinct()); // a new training, not the one that failed
        await (await Http.PostAsync($"/v1/runs/{run.Id}/resume", null)).ProblemAsync(HttpStatusCode.Conflict, "run-not-ended");
        await (await Http.PostAsync($"/v1/runs/{Guid.NewGuid()}/resume", null)).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Run_StepThatHangs_EndsAtItsTimeout()
    {
        yaml = "name: recommend\nsteps: { gate: { timeout: 1s } }\n";
        script.Hang("gate");

        var run = await FinishAsync(await StartAsync());

        Assert.Equal((RunState.Failed, "The step 'gate' took longer than its timeout of 1s (steps.gate.timeout in the pipeline's YAML). Resume the run to try again."), (run.State, run.Error));
        Assert.Equal(["prepare", "train", "gate"], script.Ran);
    }

    [Fact]
    public async Task Run_Cancelled_CanBeResumed()
    {
        script.Hang("gate");
        var run = await StartAsync();
        var client = new PipelineClient(Http);
        await Eventually.TrueAsync(() => script.Ran.Contains("gate"), "the gate");
        await client.CancelAsync(StoreId.Main, run.Id);
        script.Hang("");

        await client.ResumeAsync(StoreId.Main, run.Id);
        run = await FinishAsync(run);

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Single(script.Ran, step => step == "train");
    }

    [Fact]
    public async Task Start_SameIdempotencyKey_IsOneRun()
    {
        var client = new PipelineClient(Http);
        var request = new PipelineRunRequest("recommend", "known");

        var first = await client.StartAsync(StoreId.Main, request, "key");
        var second = await client.StartAsync(StoreId.Main, request, "key");

        Assert.Equal(first.Id, second.Id);
        await FinishAsync(first);
        Assert.Equal(StepList.Names.Count, script.Ran.Count);
    }

    [Theory]
    [InlineData("guess", "known", "pipeline", "recommend")]
    [InlineData("recommend", "unknown", "dataset", "Upload it first")]
    [InlineData("recommend", "", "dataset", "'dataset' is missing")]
    public async Task Start_UnknownName_SaysWhatThereIs(string pipeline, string dataset, string type, string says)
    {
        var response = await Http.PostAsJsonAsync("/v1/runs", new PipelineRunRequest(pipeline, dataset));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, type), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_IsPagedNewestFirst()
    {
        var runs = new List<PipelineRun>();
        for (var i = 0; i < 3; i++)
            runs.Add(await StartAsync());

        var first = await (await Http.GetAsync("/v1/runs?limit=2")).ReadAsync<Page<PipelineRun>>();
        var second = await (await Http.GetAsync($"/v1/runs?limit=2&after={Uri.EscapeDataString(first.Next!)}")).ReadAsync<Page<PipelineRun>>();

        Assert.Equal(runs.Select(run => run.Id).Reverse(), first.Items.Concat(second.Items).Select(run => run.Id));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task List_OfTenThousandAtOnce_IsFilteredAndPagedAtTheStore()
    {
        var moment = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using (var scope = service.Services.CreateScope())
        {
            var database = scope.ServiceProvider.GetRequiredService<PipelineDb>();
            await database.Database.ExecuteSqlAsync($"""
                INSERT INTO runs (id, store, pipeline, dataset, model, state, trigger, parameters, created_at, trigger_reason, by, resumes)
                SELECT gen_random_uuid(), 'main', 'recommend', 'known', 'model-' || i % 100, CASE WHEN i % 10 = 0 THEN 'Failed' ELSE 'Succeeded' END, 'manual', {"{}"}::jsonb, {moment}, '', '', 0 FROM generate_series(1, 10000) AS i
                """, TestContext.Current.CancellationToken);
        }
        var client = new PipelineClient(Http);
        var filter = new RunFilter(RunState.Failed, Model: "model-50");
        var found = new List<PipelineRun>();
        for (string? after = null, next = ""; next is not null; after = next)
        {
            var page = await client.ListAsync(StoreId.Main, filter, after, 30);
            Assert.InRange(page.Items.Count, 1, 30);
            found.AddRange(page.Items);
            next = page.Next;
        }

        Assert.Equal(100, found.Select(run => run.Id).Distinct().Count());
        Assert.All(found, run => Assert.Equal((RunState.Failed, "model-50"), (run.State, run.Model)));
        Assert.Empty((await client.ListAsync(StoreId.Main, filter with { Pipeline = "another" })).Items);
        await (await Http.GetAsync("/v1/runs?after=yesterday")).ProblemAsync(HttpStatusCode.BadRequest, "runs");
    }

    private Task<PipelineRun> StartAsync() => new PipelineClient(Http).StartAsync(StoreId.Main, new PipelineRunRequest("recommend", "known"));

    private async Task<PipelineRun> FinishAsync(PipelineRun run)
    {
        var client = new PipelineClient(Http);
        await Eventually.TrueAsync(async () => (run = await client.GetAsync(StoreId.Main, run.Id)).State.IsFinal(), "the run's end");
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        created?.Dispose();
        await service.DisposeAsync();
    }

    private sealed class Script
    {
        private readonly Dictionary<string, (Exception Exception, int Times)> failures = [];

        private volatile string hanging = "";

        public System.Collections.Concurrent.ConcurrentQueue<string> Ran { get; } = [];

        public System.Collections.Concurrent.ConcurrentDictionary<string, List<string>> Keys { get; } = [];

        public void Hang(string step) => hanging = step;

        public void Fail(string step, Exception exception, int times) => failures[step] = (exception, times);

        public async Task RunAsync(string step, string key, CancellationToken cancellationToken)
        {
            Ran.Enqueue(step);
            Keys.GetOrAdd(step, _ => []).Add(key);
            if (hanging == step)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            if (failures.TryGetValue(step, out var failure) && failure.Times > 0)
            {
                failures[step] = failure with { Times = failure.Times - 1 };
                throw failure.Exception;
            }
        }
    }

    private sealed class ScriptedStep(string name, Script script) : IStep
    {
        public string Name => name;

        public async Task RunAsync(StepContext context, CancellationToken cancellationToken)
        {
            await script.RunAsync(name, context.IdempotencyKey, cancellationToken);
            context.Outputs[name] = $"{name}'s output";
        }
    }

    private sealed class KnownDatasets : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            request.RequestUri!.AbsolutePath.EndsWith("/known", StringComparison.Ordinal)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(new Dataset("known", 1, DateTimeOffset.UnixEpoch, [])) }
                : new HttpResponseMessage(HttpStatusCode.NotFound));
    }
}
