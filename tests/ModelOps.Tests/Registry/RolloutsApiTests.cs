using System.Net;
using System.Net.Http.Json;
using System.Text;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;

namespace ModelOps.Tests.Registry;

public sealed class RolloutsApiTests(Stores stores) : IAsyncLifetime
{
    private const string Model = "m";
    private Service<RegistryDb> service = null!;
    private HttpClient http = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<RegistryDb>(["registrydb"]);
        http = service.CreateClient();
        registry = new RegistryClient(http);
        for (var version = 1; version <= 3; version++)
            await ReadyAsync();
        await registry.SetAliasAsync(StoreId.Main, Model, "champion", new AliasRequest(1, "first"));
    }

    [Fact]
    public async Task Canary_GrowsStepByStep_AndIsChampionAfterTheLast()
    {
        var rollout = await StartAsync(new RolloutRequest(RolloutKind.Canary, 2, Steps: [0, 10, 60], BakeMinutes: 0, MirrorPercent: 20));
        Assert.Equal([new Arm("champion", 1, 100), new Arm("shadow", 2, 20, IsShadow: true)], rollout.Arms);

        rollout = await ActAsync(rollout, "advance");
        Assert.Equal([new Arm("champion", 1, 90), new Arm("challenger", 2, 10)], rollout.Arms);
        Assert.Equal(1, await ChampionAsync());

        await ActAsync(rollout, "advance");
        rollout = await ActAsync(rollout, "advance");
        Assert.Equal(RolloutState.Promoted, rollout.State);
        Assert.Equal(2, await ChampionAsync());
        var history = (await registry.FindRolloutAsync(StoreId.Main, Model, rollout.Id))!.Changes;
        Assert.Equal(["promote", "advance", "advance", "start"], history.Select(change => change.Action));
    }

    [Fact]
    public async Task Deployments_TellTheSplitAtOnce_AndForgetItWhenItEnds()
    {
        var before = await registry.GetDeploymentsAsync(-1, TimeSpan.Zero);
        var waiting = registry.GetDeploymentsAsync(before.Revision, TimeSpan.FromSeconds(25));

        var rollout = await StartAsync(new RolloutRequest(RolloutKind.Canary, 2, Steps: [25]));

        var during = await waiting;
        var split = Assert.Single(during.Splits);
        Assert.Equal((rollout.Id, "champion"), (split.Rollout, split.Alias));
        Assert.Equal([(75, "champion", 1), (25, "challenger", 2)], split.Arms.Select(arm => (arm.Percent, arm.Package.Alias, arm.Package.Version)));
        Assert.All(split.Arms, arm => Assert.Equal(64, arm.Package.ManifestSha256.Length));

        await ActAsync(rollout, "abort");
        var after = await registry.GetDeploymentsAsync(during.Revision, TimeSpan.FromSeconds(25));
        Assert.Empty(after.Splits);
        Assert.Equal(1, Assert.Single(after.Deployments).Version);
    }

    [Fact]
    public async Task Test_ArmOfItsOwn_IsPromotedByName()
    {
        var rollout = await StartAsync(new RolloutRequest(RolloutKind.Ab, Arms: [new("now", 1, 50), new("bold", 2, 30), new("shy", 3, 20)]));
        await RefusedAsync(rollout, "advance", new(), "rollout-steps");
        await RefusedAsync(rollout, "promote", new(), "rollout-arm");
        await RefusedAsync(rollout, "promote", new(Arm: "loud"), "rollout-arm");

        await ActAsync(rollout, "promote", new(Arm: "shy", Reason: "clicked more"));

        Assert.Equal(3, await ChampionAsync());
        Assert.Equal("clicked more", (await registry.AliasHistoryAsync(StoreId.Main, Model)).Items[0].Reason);
    }

    [Fact]
    public async Task Shadow_AtItsEnd_LeavesTheChampion()
    {
        var rollout = await StartAsync(new RolloutRequest(RolloutKind.Shadow, 2));

        rollout = await ActAsync(rollout, "advance");

        Assert.Equal(RolloutState.Completed, rollout.State);
        Assert.Equal(1, await ChampionAsync());
    }

    [Fact]
    public async Task Alias_MovedByHand_EndsTheRollout()
    {
        var rollout = await StartAsync(new RolloutRequest(RolloutKind.Canary, 2));

        await registry.SetAliasAsync(StoreId.Main, Model, "champion", new AliasRequest(3, "emergency"));

        var history = (await registry.FindRolloutAsync(StoreId.Main, Model, rollout.Id))!;
        Assert.Equal(RolloutState.Aborted, history.Rollout.State);
        Assert.Contains("emergency", history.Changes[0].Reason, StringComparison.Ordinal);
        await RefusedAsync(rollout, "promote", new(), "rollout-ended");
        Assert.Equal(3, await ChampionAsync());
    }

    [Fact]
    public async Task Start_WhileAnotherIsUnderWay_IsToldSo_AndTheSameKeyIsTheSameRollout()
    {
        var request = new RolloutRequest(RolloutKind.Canary, 2);

        var rollouts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => registry.StartRolloutAsync(StoreId.Main, Model, request, "key")));
        var refused = await Assert.ThrowsAsync<ServiceException>(() => StartAsync(request));

        Assert.Single(rollouts.DistinctBy(rollout => rollout.Id));
        Assert.Equal("urn:modelops:rollout-running", refused.Type);
    }

    [Fact]
    public async Task Advance_TwoAtOnce_OneStep()
    {
        var rollout = await StartAsync(new RolloutRequest(RolloutKind.Canary, 2, Steps: [1, 2, 3, 4, 5, 6]));

        var told = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                await ActAsync(rollout, "advance", new(ExpectedStep: 0));
                return 0;
            }
            catch (ServiceException exception) when (exception.Type == "urn:modelops:rollout-moved")
            {
                return 1;
            }
        }));

        Assert.Equal(5, told.Sum());
        Assert.Equal(1, (await registry.FindRolloutAsync(StoreId.Main, Model, rollout.Id))!.Rollout.Step);
    }

    [Fact]
    public async Task Pause_KeepsTheSplit_UntilResumed()
    {
        var rollout = await StartAsync(new RolloutRequest(RolloutKind.Canary, 2, Steps: [10, 20]));

        rollout = await ActAsync(rollout, "pause");
        var begun = rollout.StepAt;
        await ActAsync(rollout, "pause"); // again changes nothing
        await RefusedAsync(rollout, "advance", new(), "rollout-paused");
        Assert.Equal(10, Assert.Single((await registry.GetDeploymentsAsync(-1, TimeSpan.Zero)).Splits).Arms[1].Percent);
        rollout = await ActAsync(rollout, "resume");
        var pause = Assert.Single(rollout.Pauses);
        Assert.Equal((begun, RolloutState.Running), (rollout.StepAt, rollout.State)); // the step goes on, it does not begin anew
        Assert.InRange(pause.Until!.Value, pause.From, DateTimeOffset.MaxValue);
        Assert.Equal(pause.From - begun, rollout.StepTime(pause.Until.Value));
        rollout = await ActAsync(rollout, "advance");

        Assert.Equal(20, Assert.Single(rollout.Trials).Percent);
        Assert.Empty(rollout.Pauses);
    }

    [Theory]
    [InlineData("""{"kind":"canary"}""", "one 'version'")]
    [InlineData("""{"kind":"canary","version":2,"steps":[50,5]}""", "rising percentages")]
    [InlineData("""{"kind":"canary","version":2,"steps":[]}""", "rising percentages")]
    [InlineData("""{"kind":"canary","version":2,"steps":[101]}""", "rising percentages")]
    [InlineData("""{"kind":"canary","version":2,"bakeMinutes":-1}""", "'bakeMinutes' is -1")]
    [InlineData("""{"kind":"shadow","version":2,"mirrorPercent":0}""", "'mirrorPercent' is 0")]
    [InlineData("""{"kind":"ab","arms":[{"name":"a","version":1,"percent":60},{"name":"b","version":2,"percent":60}]}""", "they sum to 120")]
    [InlineData("""{"kind":"ab","arms":[{"name":"a","version":1,"percent":50},{"name":"a","version":2,"percent":50}]}""", "'name' of its own")]
    [InlineData("""{"kind":"canary","version":2,"guards":[{"metric":"mood","atMost":1}]}""", "watches 'mood'")]
    [InlineData("""{"kind":"canary","version":2,"guards":[{"metric":"ctr"}]}""", "none of atLeast")]
    [InlineData("""{"kind":"canary","version":2,"guards":[null]}""", "watches ''")]
    public async Task Start_BadRequest_SaysWhy(string body, string says)
    {
        var response = await http.PostAsync($"/v1/models/{Model}/rollouts", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, "rollout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutAKind_IsRefused()
    {
        var response = await http.PostAsync($"/v1/models/{Model}/rollouts", new StringContent("""{"version":2}""", Encoding.UTF8, "application/json"));

        Assert.Contains("kind", await response.ProblemAsync(HttpStatusCode.BadRequest, "json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhatIsChampionAlready_IsRefused_ButAVersionCanBeTestedAgainstItself()
    {
        await (await http.PostAsJsonAsync($"/v1/models/{Model}/rollouts", new RolloutRequest(RolloutKind.Canary, 1))).ProblemAsync(HttpStatusCode.Conflict, "same-version");

        var rollout = await StartAsync(new RolloutRequest(RolloutKind.Ab, Arms: [new("a", 1, 50), new("b", 1, 50)]));

        Assert.Equal(("a", "b"), (rollout.Baseline.Name, Assert.Single(rollout.Trials).Name));
    }

    /// <summary>Whichever comes first: no rollout goes on from a champion that is no longer it.</summary>
    [Fact]
    public async Task Start_WhileTheAliasMoves_NoRolloutIsLeftBehind()
    {
        for (var round = 0; round < 10; round++)
        {
            var to = round % 2 == 0 ? 3 : 1;
            var start = Task.Run(() => StartAsync(new RolloutRequest(RolloutKind.Canary, 2)));
            var move = Task.Run(() => registry.SetAliasAsync(StoreId.Main, Model, "champion", new AliasRequest(to, "by hand")));
            await move;
            try
            {
                await start;
            }
            catch (ServiceException exception)
            {
                Assert.Equal("urn:modelops:alias-moved", exception.Type);
            }
            foreach (var split in (await registry.GetDeploymentsAsync(-1, TimeSpan.Zero)).Splits)
            {
                Assert.Equal(to, split.Arms[0].Package.Version); // begun after the move
                await registry.ActOnRolloutAsync(StoreId.Main, Model, split.Rollout, "abort", new RolloutActionRequest());
            }
        }
    }

    [Fact]
    public async Task Start_WithoutChampionOrVersion_SaysWhatToDo()
    {
        await (await http.PostAsJsonAsync("/v1/models/other/rollouts", new RolloutRequest(RolloutKind.Canary, 2))).ProblemAsync(HttpStatusCode.Conflict, "no-champion");
        await (await http.PostAsJsonAsync($"/v1/models/{Model}/rollouts", new RolloutRequest(RolloutKind.Canary, 9))).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task List_NewestFirst_PageByPage()
    {
        for (var number = 0; number < 3; number++)
            await ActAsync(await StartAsync(new RolloutRequest(RolloutKind.Canary, 2, Reason: $"{number}")), "abort");

        var first = await (await http.GetAsync($"/v1/models/{Model}/rollouts?limit=2")).ReadAsync<Page<Rollout>>();
        var second = await (await http.GetAsync($"/v1/models/{Model}/rollouts?limit=2&after={first.Next}")).ReadAsync<Page<Rollout>>();

        Assert.Equal(["2", "1", "0"], first.Items.Concat(second.Items).Select(rollout => rollout.Reason));
        Assert.Null(second.Next);
    }

    private Task<Rollout> StartAsync(RolloutRequest request) => registry.StartRolloutAsync(StoreId.Main, Model, request);

    private Task<Rollout> ActAsync(Rollout rollout, string action, RolloutActionRequest? request = null) =>
        registry.ActOnRolloutAsync(StoreId.Main, Model, rollout.Id, action, request ?? new RolloutActionRequest());

    private async Task RefusedAsync(Rollout rollout, string action, RolloutActionRequest request, string type) =>
        Assert.Equal($"urn:modelops:{type}", (await Assert.ThrowsAsync<ServiceException>(() => ActAsync(rollout, action, request))).Type);

    private async Task<int> ChampionAsync() => (await registry.FindAsync(StoreId.Main, Model))!.Aliases["champion"];

    private async Task ReadyAsync()
    {
        var version = await registry.CreateVersionAsync(StoreId.Main, Model, new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), Guid.NewGuid().ToString());
        var file = await (await http.PutAsync($"/v1/models/{Model}/versions/{version.Version}/files/model.onnx", new ByteArrayContent([1, (byte)version.Version]))).ReadAsync<PackageFile>();
        await registry.CompleteAsync(StoreId.Main, Model, new PackageManifest(Model, version.Version, [file]));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
