using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Clients;
using ModelOps.Registry;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Tests.Access;

/// <summary>How much a key may ask: set at the registry, held against every call, counted over processes.</summary>
public sealed class KeyLimitsTests(Stores stores) : IAsyncLifetime
{
    private const string Administrator = "key-of-the-configuration", ServiceKey = "key-among-the-services";
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 12, 1, 21, 30, 0, TimeSpan.Zero));
    private Service<RegistryDb> registry = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        registry = await stores.StartAsync<RegistryDb>(["registrydb"], builder => builder.UseEnvironment("Production")
            .UseSetting("Access:ServiceKey", ServiceKey).UseSetting("Access:ApiKeys:mine", Administrator)
            .ConfigureTestServices(services => services.AddSingleton<TimeProvider>(time)));
        http = ClientOf(Administrator);
    }

    [Fact]
    public async Task RateLimit_BeyondTheBurst_IsRefusedWithWhenToComeAgain_UntilItIsTakenAway()
    {
        var made = await MakeAsync(new KeyLimits(PerSecond: 0.05, Burst: 3));
        using var caller = ClientOf(made.Key);
        await WorksAsync(made.Key);

        var answers = new List<HttpResponseMessage>();
        for (var call = 0; call < 5; call++)
            answers.Add(await caller.GetAsync("/v1/models"));

        var refused = answers[^1];
        Assert.Contains("0.05 calls a second", await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "rate-limit"), StringComparison.Ordinal);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 20);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => http.GetAsync("/v1/models"))), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode)); // of another key

        var changed = await (await http.PutAsJsonAsync($"/v1/api-keys/{made.ApiKey.Id}/limits", new KeyLimits())).ReadAsync<ApiKey>();
        Assert.Null(changed.Limits);
        await Eventually.TrueAsync(async () => (await caller.GetAsync("/v1/models")).StatusCode == HttpStatusCode.OK, "the limit to go");
        await Eventually.TrueAsync(async () => (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => caller.GetAsync("/v1/models")))).All(answer => answer.IsSuccessStatusCode), "no limit at all");
    }

    [Fact]
    public async Task Quota_IsCountedOverProcesses_AndBeginsAnewWithTheDay()
    {
        var made = await MakeAsync(new KeyLimits(PerDay: 10));
        await WorksAsync(made.Key); // 1
        var usage = new KeyUsageReport(Guid.NewGuid(), new DateOnly(2026, 12, 1), new Dictionary<string, long> { [KeyRing.HashOf(made.Key)] = 7 });
        using var service = ClientOf(ServiceKey);

        foreach (var _ in Enumerable.Range(0, 3)) // the same report again counts nothing twice
            (await service.PostAsJsonAsync("/v1/api-keys/usage", usage)).EnsureSuccessStatusCode();

        using var caller = ClientOf(made.Key);
        await Eventually.TrueAsync(async () => (await ListAsync()).Single(key => key.Id == made.ApiKey.Id).CallsToday >= 8, "the calls of both");
        await Eventually.TrueAsync(async () => (await caller.GetAsync("/v1/models")).StatusCode == HttpStatusCode.TooManyRequests, "the quota to be used up");
        var refused = await caller.GetAsync("/v1/models");
        Assert.Contains("10 calls of this day", await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "quota"), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMinutes(150), refused.Headers.RetryAfter!.Delta);

        time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/v1/models")).StatusCode);
    }

    [Fact]
    public void Quotas_WhatOthersHaveTold_CountsBesideTheOwn()
    {
        var key = new KeyGrant("hash", new StoreId("mine"), RoleName.Storefront, "shop", null, [], new KeyLimits(PerDay: 10));
        var quotas = new KeyQuotas(time);

        Assert.Null(quotas.Refuse(key));
        var report = quotas.Report()!;
        Assert.Equal(1, report.Calls["hash"]);
        Assert.Null(quotas.Refuse(key)); // between the report and its answer
        quotas.Told(report, new Dictionary<string, long> { ["hash"] = 8 }); // 7 elsewhere

        Assert.Null(quotas.Refuse(key));
        Assert.Equal(TimeSpan.FromMinutes(150), quotas.Refuse(key)); // 3 here, 7 elsewhere
        var last = quotas.Report()!;
        Assert.Equal(3, last.Calls["hash"]); // what was refused was not answered
        quotas.Told(last, new Dictionary<string, long> { ["hash"] = 10 });
        Assert.Null(quotas.Report()); // nothing new
        Assert.NotNull(quotas.Refuse(key));
        time.Advance(TimeSpan.FromHours(3));
        Assert.Null(quotas.Report());
        quotas.Told(report, new Dictionary<string, long> { ["hash"] = 100 }); // of yesterday
        Assert.Null(quotas.Refuse(key));
    }

    [Fact]
    public async Task Rotated_KeepsItsLimits()
    {
        var made = await MakeAsync(new KeyLimits(5, 10, 1000));

        var next = await (await http.PostAsJsonAsync($"/v1/api-keys/{made.ApiKey.Id}/rotate", new KeyRotation())).ReadAsync<CreatedApiKey>();

        Assert.Equal(new KeyLimits(5, 10, 1000), next.ApiKey.Limits);
    }

    [Theory]
    [InlineData(0.0, null, null, "perSecond")]
    [InlineData(-1.0, null, null, "perSecond")]
    [InlineData(0.0001, null, null, "perSecond")]
    [InlineData(1.0, 0, null, "burst")]
    [InlineData(1000.0, 5, null, "burst")]
    [InlineData(null, 5, null, "burst")]
    [InlineData(null, null, 0L, "perDay")]
    public async Task Limits_ThatCannotBe_AreRefused(double? perSecond, int? burst, long? perDay, string named)
    {
        var limits = new KeyLimits(perSecond, burst, perDay);
        var made = await MakeAsync(new KeyLimits(1));

        Assert.Contains(named, await (await http.PutAsJsonAsync($"/v1/api-keys/{made.ApiKey.Id}/limits", limits)).ProblemAsync(HttpStatusCode.BadRequest, "api-key-request"), StringComparison.Ordinal);
        Assert.Contains(named, await (await http.PostAsJsonAsync("/v1/api-keys", new NewApiKey("shop", RoleName.Viewer, Limits: limits))).ProblemAsync(HttpStatusCode.BadRequest, "api-key-request"), StringComparison.Ordinal);
        await (await http.PutAsJsonAsync($"/v1/api-keys/{Guid.NewGuid()}/limits", new KeyLimits(1))).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Change_IsInTheAudit_WithWhatHeldBefore()
    {
        var made = await MakeAsync(new KeyLimits(1));

        await http.PutAsJsonAsync($"/v1/api-keys/{made.ApiKey.Id}/limits", new KeyLimits(2));

        var entry = (await (await http.GetAsync("/v1/audit")).ReadAsync<Page<Contracts.Audit.AuditEntry>>()).Items.First(entry => entry.Action.StartsWith("PUT", StringComparison.Ordinal));
        Assert.Contains("\"perSecond\":1", entry.Before, StringComparison.Ordinal);
        Assert.Contains("\"perSecond\":2", entry.After, StringComparison.Ordinal);
    }

    private async Task<CreatedApiKey> MakeAsync(KeyLimits limits) =>
        await (await http.PostAsJsonAsync("/v1/api-keys", new NewApiKey("shop", RoleName.Viewer, Limits: limits))).ReadAsync<CreatedApiKey>();

    private async Task<IReadOnlyList<ApiKey>> ListAsync() => (await (await http.GetAsync("/v1/api-keys")).ReadAsync<Page<ApiKey>>()).Items;

    /// <summary>Waits until the registry follows its own new key: one call gets through.</summary>
    private async Task WorksAsync(string key)
    {
        using var caller = ClientOf(key);
        await Eventually.TrueAsync(async () => (await caller.GetAsync("/v1/models")).StatusCode == HttpStatusCode.OK, "the key to work");
    }

    private HttpClient ClientOf(string key)
    {
        var client = registry.CreateClient();
        client.DefaultRequestHeaders.Add(AccessHeaders.ApiKey, key);
        client.DefaultRequestHeaders.Add(AccessHeaders.Store, "mine");
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await registry.DisposeAsync();
    }
}
