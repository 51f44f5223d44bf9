using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Tests.Pipeline;

/// <summary>The pipeline's durability, with steps that fail on demand in place of the services behind them.</summary>
public sealed class RunJobTests(Stores stores) : IAsyncLifetime
{
    private readonly Script script = new();
    private Service<PipelineDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<PipelineDb>(["pipelinedb"], builder => builder
            .UseSetting("Jobs:Lease", "00:00:02").UseSetting("Jobs:RetryDelay", "00:00:00.05")
            .ConfigureTestServices(services =>
            {
                services.RemoveAll<IStep>();
                services.AddSingleton(script);
                foreach (var name in StepList.Names)
                    services.AddTransient<IStep>(provider => new ScriptedStep(name, provider.GetRequiredService<Script>()));
                services.AddHttpClient<DataPrepClient>().ConfigurePrimaryHttpMessageHandler(() => new KnownDatasets());
            }));
        http = service.CreateClient();
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
    public async Task Start_SameIdempotencyKey_IsOneRun()
    {
        var client = new PipelineClient(http);
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
        var response = await http.PostAsJsonAsync("/v1/runs", new PipelineRunRequest(pipeline, dataset));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, type), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_IsPagedNewestFirst()
    {
        var runs = new List<PipelineRun>();
        for (var i = 0; i < 3; i++)
            runs.Add(await StartAsync());

        var first = await (await http.GetAsync("/v1/runs?limit=2")).ReadAsync<Page<PipelineRun>>();
        var second = await (await http.GetAsync($"/v1/runs?limit=2&after={Uri.EscapeDataString(first.Next!)}")).ReadAsync<Page<PipelineRun>>();

        Assert.Equal(runs.Select(run => run.Id).Reverse(), first.Items.Concat(second.Items).Select(run => run.Id));
        Assert.Null(second.Next);
    }

    private Task<PipelineRun> StartAsync() => new PipelineClient(http).StartAsync(StoreId.Main, new PipelineRunRequest("recommend", "known"));

    private async Task<PipelineRun> FinishAsync(PipelineRun run)
    {
        var client = new PipelineClient(http);
        await Eventually.TrueAsync(async () => (run = await client.GetAsync(StoreId.Main, run.Id)).State.IsFinal(), "the run's end");
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }

    private sealed class Script
    {
        private readonly Dictionary<string, (Exception Exception, int Times)> failures = [];

        public List<string> Ran { get; } = [];

        public void Fail(string step, Exception exception, int times) => failures[step] = (exception, times);

        public void Run(string step)
        {
            Ran.Add(step);
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

        public Task RunAsync(StepContext context, CancellationToken cancellationToken)
        {
            script.Run(name);
            context.Outputs[name] = $"{name}'s output";
            return Task.CompletedTask;
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
