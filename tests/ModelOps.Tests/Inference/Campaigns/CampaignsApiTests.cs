using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Versions;
using ModelOps.EventLog;
using ModelOps.Features.Campaigns;
using ModelOps.Inference.Models;
using ModelOps.Registry;

namespace ModelOps.Tests.Inference.Campaigns;

/// <summary>Packages of campaigns registered, loaded, and asked by HTTP.</summary>
public sealed class CampaignsApiTests(Stores stores) : IAsyncLifetime
{
    private const string Model = "campaigns";
    private static readonly Dictionary<string, JsonElement> Recent = new() { ["recency"] = JsonSerializer.SerializeToElement(2) };
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
        await registry.SetAliasAsync(StoreId.Main, Model, Arm.Champion, new AliasRequest(await UploadAsync("first", TinyCampaignPackage.Mail), "first"));
        inference = new Service<LoadedModels>(await stores.SettingsAsync("eventsdb"), builder => builder.ConfigureTestServices(services =>
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registryService.Server.CreateHandler())));
        http = inference.CreateClient();
        await Eventually.TrueAsync(async () => (await http.PostAsJsonAsync("/v1/campaigns", new CampaignRequest("u1"))).IsSuccessStatusCode, "the campaigns to be deployed");
    }

    [Fact]
    public async Task Rank_AUser_WithEffectIntervalCostAndReason()
    {
        var answer = await RankAsync(new CampaignRequest("u1", [new CampaignCandidate("mail", .05)], OutcomeValue: 2));

        var mail = Assert.Single(answer.Ranked);
        Assert.Equal((.08, .06, .1, .05, .11), (mail.Effect, mail.Low, mail.High, mail.Cost, Math.Round(mail.Net!.Value, 6)));
        Assert.Equal((Model, 1, Arm.Champion, "visit", true), (answer.Model, answer.Version, answer.Arm, answer.Outcome, mail.Contact));
        Assert.Contains("changed their visit by 0.08", mail.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_WhatIsWrong_IsNamed()
    {
        using var response = await http.PostAsJsonAsync("/v1/campaigns/batch", new CampaignBatch([new CampaignRequest("u1"), new CampaignRequest("u2", [new CampaignCandidate("letter")])]));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Request 1: There is no campaign 'letter'. The model knows: mail.", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_InARollout_EachUserByTheirArm_AlsoInABatch()
    {
        var second = await UploadAsync("second", new CampaignArm("mail", RankingWay.NoControl, "logistic", .1, .09, .11, 0, 0, 0, "", [new(0, .4, .35, .45)]));
        await registry.StartRolloutAsync(StoreId.Main, Model, new RolloutRequest(RolloutKind.Canary, second, Steps: [50]));
        string[] users = [.. Enumerable.Range(0, 40).Select(user => $"user-{user}")];
        await Eventually.TrueAsync(async () => (await RankManyAsync(users)).Any(answer => answer.Version == second), "the rollout to be followed");

        var answers = await RankManyAsync(users);

        Assert.Equal(users, answers.Select(answer => answer.User));
        Assert.Equal(2, answers.Select(answer => answer.Arm).Distinct().Count());
        Assert.All(answers, answer => Assert.Equal(answer.Version == second ? null : .01, answer.Ranked[0].Effect));
        Assert.All(answers.Where(answer => answer.Version == second), answer => Assert.Equal((.4, RankingWay.NoControl), (answer.Ranked[0].Response, answer.Ranked[0].Way)));
        foreach (var answer in answers.Take(5))
            Assert.Equal(answer.Version, (await RankAsync(new CampaignRequest(answer.User, Context: Recent))).Version);
    }

    private async Task<CampaignResponse> RankAsync(CampaignRequest request)
    {
        using var response = await http.PostAsJsonAsync("/v1/campaigns", request);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<CampaignResponse>())!;
    }

    private async Task<IReadOnlyList<CampaignResponse>> RankManyAsync(string[] users) =>
        (await new InferenceClient(http).RankCampaignsAsync(StoreId.Main, new CampaignBatch([.. users.Select(user => new CampaignRequest(user, Context: Recent))]))).Responses;

    private async Task<int> UploadAsync(string key, CampaignArm arm)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-tiny-campaigns-").FullName;
        await TinyCampaignPackage.WriteAsync(folder, arm);
        return await TinyPackage.UploadAsync(registry, Model, key, folder);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await inference.DisposeAsync();
        registryHttp.Dispose();
        await registryService.DisposeAsync();
    }
}
