using System.Net.Http.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Versions;
using ModelOps.EventLog;
using ModelOps.Inference.Models;
using ModelOps.Registry;

namespace ModelOps.Tests.Inference;

/// <summary>Inference follows the registry's rollouts: who sees which version, and what happens when one cannot answer.</summary>
public sealed class RolloutTests(Stores stores) : IAsyncLifetime
{
    private const string Model = "recommend";
    private static readonly string[] Shoppers = [.. Enumerable.Range(0, 60).Select(number => $"shopper-{number}")];

    private Service<RegistryDb> registryService = null!;
    private Service<LoadedModels> inference = null!;
    private HttpClient registryHttp = null!;
    private HttpClient http = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        registryService = await stores.StartAsync<RegistryDb>(["registrydb"]);
        registryHttp = registryService.CreateClient();
        registry = new RegistryClient(registryHttp);
        await TinyPackage.DeployAsync(registry, Model, "first");
        inference = new Service<LoadedModels>(await stores.SettingsAsync("eventsdb"), builder => builder.ConfigureTestServices(services =>
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registryService.Server.CreateHandler())));
        http = inference.CreateClient();
        await Eventually.TrueAsync(async () => (await http.PostAsJsonAsync("/v1/recommendations", new RecommendationRequest())).IsSuccessStatusCode, "the first version");
    }

    [Fact]
    public async Task Canary_SomeSeeTheChallenger_AlwaysTheSame_UntilItIsAborted()
    {
        var version = await TinyPackage.RegisterAsync(registry, Model, "second");
        var rollout = await registry.StartRolloutAsync(StoreId.Main, Model, new RolloutRequest(RolloutKind.Canary, version, Steps: [50]));
        await Eventually.TrueAsync(async () => (await AskAsync()).Any(answer => answer.Arm == "challenger"), "the canary");

        var answers = await AskAsync();
        Assert.All(answers, answer => Assert.Equal(answer.Arm == "challenger" ? version : 1, answer.Model.Version));
        Assert.InRange(answers.Count(answer => answer.Arm == "challenger"), 10, 50);
        Assert.Equal(answers.Select(answer => answer.Arm), (await AskAsync()).Select(answer => answer.Arm));
        Assert.Equal("champion", (await AskAsync(new RecommendationRequest(History: ["p2"]))).Arm); // nobody is named
        Assert.Equal(await ArmOfSessionAsync(), await ArmOfSessionAsync());

        await registry.ActOnRolloutAsync(StoreId.Main, Model, rollout.Id, "abort", new RolloutActionRequest());
        await Eventually.TrueAsync(async () => (await AskAsync()).All(answer => answer is { Arm: "champion", Model.Version: 1 }), "the champion alone");
    }

    [Fact]
    public async Task Canary_CannotAnswer_TheChampionDoes_AndTheFailureIsLogged()
    {
        var version = await TinyPackage.RegisterAsync(registry, Model, "broken", fails: true);
        await registry.StartRolloutAsync(StoreId.Main, Model, new RolloutRequest(RolloutKind.Canary, version, Steps: [100]));

        await Eventually.TrueAsync(async () =>
        {
            var answer = await AskAsync(new RecommendationRequest(User: "known", Exclude: ["p5"])); // in no other test: the cache is one for all
            Assert.Equal(("champion", 1, "p3"), (answer.Arm, answer.Model.Version, answer.Items[0].Id)); // also while the canary is not yet there
            return (await ImpressionsAsync()).Any(impression => impression is { Failed: true, Arm: "challenger" } && impression.Version == version);
        }, "a failure in the log");
    }

    [Fact]
    public async Task Shadow_IsComparedAndNotShown()
    {
        var version = await TinyPackage.RegisterAsync(registry, Model, "second");
        await registry.StartRolloutAsync(StoreId.Main, Model, new RolloutRequest(RolloutKind.Shadow, version, MirrorPercent: 100));

        await Eventually.TrueAsync(async () =>
        {
            Assert.All(await AskAsync(), answer => Assert.Equal(("champion", 1), (answer.Arm, answer.Model.Version)));
            return (await ImpressionsAsync()).Any(impression => impression.Arm == "shadow");
        }, "the shadow");

        var shadow = (await ImpressionsAsync()).First(impression => impression.Arm == "shadow");
        Assert.All((await ImpressionsAsync()).Where(impression => impression is { Arm: "champion", Items.Count: > 0, Placement: RecommendationKind.ForYou }), impression => Assert.NotNull(impression.Score));
        Assert.Equal((version, 1.0, false), (shadow.Version, shadow.Overlap, shadow.Failed)); // the same graph says the same
    }

    [Fact]
    public async Task Swaps_UnderLoad_FailNoRequest()
    {
        var version = await TinyPackage.RegisterAsync(registry, Model, "second");
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var answered = 0;
            for (; !stop.IsCancellationRequested; answered++)
                await AskAsync(new RecommendationRequest(User: Shoppers[answered % Shoppers.Length], Count: 1 + answered % 5));
            return answered;
        })).ToList();

        for (var swap = 0; swap < 40; swap++) // there and back: twenty promotions, twenty rollbacks
        {
            var to = swap % 2 == 0 ? version : 1;
            await registry.SetAliasAsync(StoreId.Main, Model, "champion", new AliasRequest(to, $"swap {swap}"));
            await Eventually.TrueAsync(async () => (await AskAsync(new RecommendationRequest(User: "known"))).Model.Version == to, $"swap {swap}");
        }
        await stop.CancelAsync();

        Assert.All(await Task.WhenAll(callers), answered => Assert.True(answered > 0));
    }

    private async Task<IReadOnlyList<RecommendationResponse>> AskAsync()
    {
        var answers = new List<RecommendationResponse>();
        foreach (var shopper in Shoppers)
            answers.Add(await AskAsync(new RecommendationRequest(User: shopper)));
        return answers;
    }

    private async Task<RecommendationResponse> AskAsync(RecommendationRequest request) =>
        await (await http.PostAsJsonAsync("/v1/recommendations", request)).ReadAsync<RecommendationResponse>();

    private async Task<string> ArmOfSessionAsync() => (await AskAsync(new RecommendationRequest(History: ["p2"], Session: "visit-1"))).Arm;

    private async Task<IReadOnlyList<Impression>> ImpressionsAsync() =>
        (await inference.Services.GetRequiredService<ShopEvents>().ReadImpressionsAsync(0, 100_000)).Events;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await inference.DisposeAsync();
        registryHttp.Dispose();
        await registryService.DisposeAsync();
    }
}
