using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Clients;
using ModelOps.Inference.Models;
using ModelOps.Registry;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Tests.Registry;

/// <summary>Keys that the registry gives, from the first call to the last.</summary>
public sealed class ApiKeysTests(Stores stores) : IAsyncLifetime
{
    private const string Administrator = "key-of-the-configuration", Service = "key-among-the-services";
    private static readonly StoreId Store = new("mine");
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private Service<RegistryDb> registry = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        registry = await stores.StartAsync<RegistryDb>(["registrydb"], builder => Guarded(builder).ConfigureTestServices(services => services.AddSingleton<TimeProvider>(time)));
        http = ClientOf(registry, Administrator);
    }

    [Fact]
    public async Task Made_WorksInItsStoreWithItsRole_AndIsNowhereKept()
    {
        var made = await MakeAsync(new NewApiKey("nightly import", RoleName.Operator));

        Assert.Equal(("nightly import", RoleName.Operator, StoreAccess.KeyHolder), (made.ApiKey.Name, made.ApiKey.Role, made.ApiKey.CreatedBy));
        Assert.StartsWith(made.ApiKey.Beginning, made.Key, StringComparison.Ordinal);
        await WorksAsync(made.Key);
        using var caller = ClientOf(registry, made.Key);
        Assert.Contains("administrator", await (await caller.PostAsJsonAsync("/v1/api-keys", new NewApiKey("more", RoleName.Administrator))).ProblemAsync(HttpStatusCode.Forbidden, "role"), StringComparison.Ordinal);
        await using var scope = registry.Services.CreateAsyncScope();
        var row = await scope.ServiceProvider.GetRequiredService<RegistryDb>().ApiKeys.AsNoTracking().SingleAsync();
        Assert.Equal((KeyRing.HashOf(made.Key), "mine"), (row.Sha256, row.Store));
        Assert.DoesNotContain(made.Key, await http.GetStringAsync("/v1/api-keys"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoked_IsRefusedEverywhere_AndStaysInTheList()
    {
        var made = await MakeAsync(new NewApiKey("laptop", RoleName.Viewer));
        await WorksAsync(made.Key);

        var ended = await (await http.DeleteAsync($"/v1/api-keys/{made.ApiKey.Id}")).ReadAsync<ApiKey>();
        Assert.Equal(StoreAccess.KeyHolder, ended.RevokedBy);
        await Eventually.TrueAsync(async () => await StatusAsync(registry, made.Key) == HttpStatusCode.Unauthorized, "the key to end");
        Assert.NotNull(Assert.Single((await (await http.GetAsync("/v1/api-keys")).ReadAsync<Page<ApiKey>>()).Items).RevokedAt);
        await (await http.DeleteAsync($"/v1/api-keys/{Guid.NewGuid()}")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Replaced_BothWorkUntilTheOverlapEnds()
    {
        var old = await MakeAsync(new NewApiKey("shop", RoleName.Viewer, Days: 90));
        var made = await (await http.PostAsJsonAsync($"/v1/api-keys/{old.ApiKey.Id}/rotate", new KeyRotation(OverlapHours: 2))).ReadAsync<CreatedApiKey>();

        Assert.Equal((old.ApiKey.Id, "shop", RoleName.Viewer), (made.ApiKey.Replaces, made.ApiKey.Name, made.ApiKey.Role));
        Assert.Equal(time.GetUtcNow().AddDays(90), made.ApiKey.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
        await WorksAsync(old.Key);
        await WorksAsync(made.Key);
        await (await http.PostAsJsonAsync($"/v1/api-keys/{old.ApiKey.Id}/rotate", new KeyRotation())).ProblemAsync(HttpStatusCode.Conflict, "key-replaced");
        time.Advance(TimeSpan.FromHours(2.1));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(registry, old.Key)); // by its own end, without asking anybody
        await WorksAsync(made.Key);
        await (await http.PostAsJsonAsync($"/v1/api-keys/{old.ApiKey.Id}/rotate", new KeyRotation())).ProblemAsync(HttpStatusCode.Conflict, "key-replaced");
    }

    [Fact]
    public async Task Expired_IsReplacedForAsLongAgain_RevokedIsNot()
    {
        var old = await MakeAsync(new NewApiKey("shop", RoleName.Viewer, Days: 30));
        time.Advance(TimeSpan.FromDays(40));
        var made = await (await http.PostAsJsonAsync($"/v1/api-keys/{old.ApiKey.Id}/rotate", new KeyRotation())).ReadAsync<CreatedApiKey>();

        Assert.Equal(time.GetUtcNow().AddDays(30), made.ApiKey.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
        await WorksAsync(made.Key);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(registry, old.Key)); // its overlap was over before
        await http.DeleteAsync($"/v1/api-keys/{made.ApiKey.Id}");
        await (await http.PostAsJsonAsync($"/v1/api-keys/{made.ApiKey.Id}/rotate", new KeyRotation())).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Theory]
    [InlineData("", RoleName.Viewer, null, null, "'name'")]
    [InlineData("x", "king", null, null, "'role' is 'king'")]
    [InlineData("x", RoleName.Service, null, null, "'role' is 'service'")]
    [InlineData("x", RoleName.Viewer, -1.0, null, "'days' is -1")]
    [InlineData("x", RoleName.Viewer, null, "https://shop.example", "are for publishable keys")]
    [InlineData("x", RoleName.Publishable, null, "https://shop.example/path", "is no origin")]
    public async Task Wrong_IsRefusedWithWhatToWrite(string name, string role, double? days, string? origin, string says)
    {
        var refused = await http.PostAsJsonAsync("/v1/api-keys", new NewApiKey(name, role, days, origin is null ? null : [origin]));
        Assert.Contains(says, await refused.ProblemAsync(HttpStatusCode.BadRequest, "api-key-request"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherStoresKeys_AreNotSeenNorEnded()
    {
        var made = await MakeAsync(new NewApiKey("mine", RoleName.Viewer));
        using var other = ClientOf(registry, Service);
        other.DefaultRequestHeaders.Add(AccessHeaders.Store, "other");
        other.DefaultRequestHeaders.Add(AccessHeaders.Role, RoleName.Administrator);

        Assert.Empty((await (await other.GetAsync("/v1/api-keys")).ReadAsync<Page<ApiKey>>()).Items);
        await (await other.DeleteAsync($"/v1/api-keys/{made.ApiKey.Id}")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await (await other.GetAsync("/v1/api-keys/grants")).ProblemAsync(HttpStatusCode.Forbidden, "role");
        await WorksAsync(made.Key);
    }

    [Fact]
    public async Task Inference_TakesTheKey_AlsoAfterARestartWithoutTheRegistry()
    {
        var folder = Directory.CreateTempSubdirectory("modelops-keys-").FullName;
        var made = await MakeAsync(new NewApiKey("shop", RoleName.Storefront));
        await using (var inference = await stores.StartAsync<LoadedModels>(["eventsdb"], builder => Guarded(builder).UseSetting("Packages:Folder", folder)
            .ConfigureTestServices(services => services.AddHttpClient<KeyGrantsClient>().ConfigurePrimaryHttpMessageHandler(registry.Server.CreateHandler))))
        {
            using var shop = ClientOf(inference, made.Key);
            await Eventually.TrueAsync(async () => (await shop.GetAsync("/v2/models/none")).StatusCode == HttpStatusCode.NotFound, "the key to work at inference");
            await (await shop.GetAsync("/v1/rules")).ProblemAsync(HttpStatusCode.Forbidden, "role");
            await Eventually.TrueAsync(() => File.Exists(Path.Combine(folder, "api-keys.json")), "the keys to be kept");
        }
        await using (var alone = await stores.StartAsync<LoadedModels>(["eventsdb"], builder => Guarded(builder).UseSetting("Packages:Folder", folder)))
        {
            using var again = ClientOf(alone, made.Key);
            Assert.Equal(HttpStatusCode.NotFound, (await again.GetAsync("/v2/models/none")).StatusCode);
        }
        Assert.DoesNotContain(made.Key, await File.ReadAllTextAsync(Path.Combine(folder, "api-keys.json")), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static IWebHostBuilder Guarded(IWebHostBuilder builder) => builder.UseEnvironment("Production").UseSetting("Access:ServiceKey", Service).UseSetting("Access:ApiKeys:mine", Administrator);

    private static HttpClient ClientOf<T>(Service<T> service, string key) where T : class
    {
        var client = service.CreateClient();
        client.DefaultRequestHeaders.Add("x-api-key", key);
        return client;
    }

    private async Task<CreatedApiKey> MakeAsync(NewApiKey key) => await (await http.PostAsJsonAsync("/v1/api-keys", key)).ReadAsync<CreatedApiKey>();

    private static async Task<HttpStatusCode> StatusAsync(Service<RegistryDb> service, string key)
    {
        using var client = ClientOf(service, key);
        return (await client.GetAsync("/v1/models")).StatusCode;
    }

    private Task WorksAsync(string key) => Eventually.TrueAsync(async () => await StatusAsync(registry, key) == HttpStatusCode.OK, "the key to work");

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await registry.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
