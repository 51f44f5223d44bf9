using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Tests.Pipeline;

/// <summary>A gate that asks for a person: the real gate step, with answers in place of the services that it asks.</summary>
public sealed class ApprovalTests(Stores stores) : IAsyncLifetime
{
    private readonly Answers answers = new();
    private Service<PipelineDb> service = null!;
    private HttpClient http = null!;
    private PipelineClient pipeline = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<PipelineDb>(["pipelinedb"], builder => builder
            .UseSetting("Jobs:RetryDelay", "00:00:00.05")
            .ConfigureTestServices(services =>
            {
                var definition = PipelineCatalogue.Parse("x.yaml", "name: recommend\ngates: [ { metric: ndcg@10, at_least: 0.1 }, { metric: quarantined_share, at_most: 0.2 }, { approval: required } ]\n");
                services.AddSingleton(new PipelineCatalogue(new Dictionary<string, PipelineDefinition> { ["recommend"] = definition }));
                services.RemoveAll<IStep>();
                services.AddTransient<IStep>(_ => new Left("prepare", PrepareStep.DatasetVersion, "1"));
                services.AddTransient<IStep>(_ => new Left("train", TrainStep.TrainingRun, Guid.NewGuid().ToString()));
                services.AddTransient<IStep, GateStep>();
                services.AddTransient<IStep>(_ => new Left("register", RegisterStep.ModelVersion, "1"));
                services.AddTransient<IStep>(_ => new Left("rollout", "previousVersion", ""));
                services.AddHttpClient<DataPrepClient>().ConfigurePrimaryHttpMessageHandler(() => answers).SetHandlerLifetime(Timeout.InfiniteTimeSpan);
                services.AddHttpClient<TrainerClient>().ConfigurePrimaryHttpMessageHandler(() => answers).SetHandlerLifetime(Timeout.InfiniteTimeSpan);
                services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => answers).SetHandlerLifetime(Timeout.InfiniteTimeSpan);
            }));
        http = service.CreateClient();
        pipeline = new PipelineClient(http);
    }

    [Fact]
    public async Task Run_WaitsUntilItIsApproved_ThenGoesOn_AndKeepsByWhom()
    {
        var run = await WaitingAsync();
        var gate = run.Steps.Single(step => step.Name == "gate");
        Assert.Equal((RunState.WaitingForApproval, null), (gate.State, run.Approval));
        Assert.Equal([("ndcg@10 at least 0.1", true), ("quarantined_share at most 0.2", true), ("approval", false)], gate.Gates!.Select(verdict => (verdict.Gate, verdict.Holds)));
        Assert.Equal((.3, .1), (gate.Gates![0].Value, gate.Gates[0].Limit));

        await pipeline.DecideAsync(StoreId.Main, run.Id, new ApprovalRequest(true, Reason: "looks good"), "Zoë");
        await pipeline.DecideAsync(StoreId.Main, run.Id, new ApprovalRequest(true), "Zoë"); // a repetition changes nothing
        run = await UntilAsync(run, found => found.State.IsFinal(), "the run's end");

        Assert.Equal((RunState.Succeeded, true, "Zoë", "looks good"), (run.State, run.Approval!.Approve, run.Approval.By, run.Approval.Reason));
        Assert.All(run.Steps, step => Assert.Equal(RunState.Succeeded, step.State));
        Assert.Equal("approval: by Zoë, looks good.", run.Steps.Single(step => step.Name == "gate").Gates![^1].Reason);
        var late = await Assert.ThrowsAsync<ServiceException>(() => pipeline.DecideAsync(StoreId.Main, run.Id, new ApprovalRequest(false)));
        Assert.Equal("urn:modelops:run-decided", late.Type);
    }

    [Fact]
    public async Task Run_ThatIsRefused_EndsThere()
    {
        var run = await WaitingAsync();

        await pipeline.DecideAsync(StoreId.Main, run.Id, new ApprovalRequest(false, "Max", "wrong season"));
        run = await pipeline.GetAsync(StoreId.Main, run.Id);

        Assert.Equal((RunState.Failed, "Max has not approved the version: wrong season. It is not deployed."), (run.State, run.Error));
        Assert.Equal([RunState.Succeeded, RunState.Succeeded, RunState.Failed, RunState.Skipped, RunState.Skipped], run.Steps.Select(step => step.State));
    }

    [Fact]
    public async Task Run_OfSeveralDecisionsAtOnce_OneCounts()
    {
        var run = await WaitingAsync();

        var told = await Task.WhenAll(Enumerable.Range(0, 6).Select(async number =>
        {
            using var response = await http.PostAsJsonAsync($"/v1/runs/{run.Id}/approval", new ApprovalRequest(number % 2 == 0, $"{number}"));
            return (Agrees: number % 2 == 0, response.IsSuccessStatusCode);
        }));
        run = await UntilAsync(run, found => found.State.IsFinal(), "the run's end");

        Assert.All(told, each => Assert.Equal(each.Agrees == run.Approval!.Approve, each.IsSuccessStatusCode));
        Assert.Equal(run.Approval!.Approve ? RunState.Succeeded : RunState.Failed, run.State);
    }

    [Fact]
    public async Task Run_WhoseOtherGatesFail_AsksNobody()
    {
        answers.Ndcg = .05;

        var run = await UntilAsync(await StartAsync(), found => found.State.IsFinal(), "the run's end");

        Assert.Contains("Gate ndcg@10 at least 0.1: 0.05 is below 0.1. The version is not deployed.", run.Error, StringComparison.Ordinal);
        Assert.Equal([false, true], run.Steps.Single(step => step.Name == "gate").Gates!.Select(verdict => verdict.Holds));
        await (await http.PostAsJsonAsync($"/v1/runs/{run.Id}/approval", new ApprovalRequest(true))).ProblemAsync(HttpStatusCode.Conflict, "run-not-waiting");
    }

    [Fact]
    public async Task Run_ThatWaits_CanBeCancelled()
    {
        var run = await WaitingAsync();

        await pipeline.CancelAsync(StoreId.Main, run.Id);

        Assert.Equal(RunState.Cancelled, (await pipeline.GetAsync(StoreId.Main, run.Id)).State);
        await (await http.PostAsJsonAsync($"/v1/runs/{run.Id}/approval", new ApprovalRequest(true))).ProblemAsync(HttpStatusCode.Conflict, "run-not-waiting");
    }

    private Task<PipelineRun> StartAsync() => pipeline.StartAsync(StoreId.Main, new PipelineRunRequest("recommend", "known"));

    private async Task<PipelineRun> WaitingAsync() => await UntilAsync(await StartAsync(), run => run.State == RunState.WaitingForApproval, "the run to wait");

    private async Task<PipelineRun> UntilAsync(PipelineRun run, Func<PipelineRun, bool> condition, string what)
    {
        await Eventually.TrueAsync(async () => condition(run = await pipeline.GetAsync(StoreId.Main, run.Id)), what);
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
        answers.Dispose();
    }

    private sealed class Left(string name, string output, string value) : IStep
    {
        public string Name => name;

        public Task RunAsync(StepContext context, CancellationToken cancellationToken)
        {
            context.Outputs[output] = value;
            return Task.CompletedTask;
        }
    }

    private sealed class Answers : HttpMessageHandler
    {
        public double Ndcg { get; set; } = .3;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            object? answer = path switch
            {
                "/v1/datasets/known" => new Dataset("known", 1, DateTimeOffset.UnixEpoch, []),
                "/v1/datasets/known/versions/1" => new DatasetVersion(
                    "known", 1, new DatasetRows(100, 90, 10), "", DateTimeOffset.UnixEpoch, 0, new DatasetProfile(1, 1, 1, 1, null, null, new Dictionary<string, long>(), true)),
                _ when path.StartsWith("/v1/runs/", StringComparison.Ordinal) => new TrainingRun(
                    Guid.Empty, "known", 1, "recommend", RunState.Succeeded, null, new Dictionary<string, JsonElement>(), [], new Dictionary<string, double> { ["ndcg@10"] = Ndcg },
                    new Dictionary<string, IReadOnlyDictionary<string, double>>(), DateTimeOffset.UnixEpoch, null, null, null, null),
                _ => null,
            };
            return Task.FromResult(answer is null ? new HttpResponseMessage(HttpStatusCode.NotFound) : new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(answer, answer.GetType()) });
        }
    }
}
