using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.IdentityModel.Tokens;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Audit;
using ModelOps.Registry;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Tests.Access;

/// <summary>People's tokens of an OpenID Connect provider, beside keys.</summary>
public sealed class TokensTests(Stores stores) : IAsyncLifetime
{
    private TokenIssuer issuer = null!;
    private Service<RegistryDb> registry = null!;

    public async ValueTask InitializeAsync()
    {
        issuer = await TokenIssuer.StartAsync();
        registry = await stores.StartAsync<RegistryDb>(["registrydb"], builder => AccessTable.Guard(Configured(builder, issuer.Url)));
    }

    [Theory]
    [InlineData("viewers", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("admins", HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task GoodToken_HasItsMappedRole(string group, HttpStatusCode looking, HttpStatusCode administering)
    {
        using var caller = Caller(issuer.Token(["something else", group]));

        Assert.Equal(looking, (await caller.GetAsync("/v1/models")).StatusCode);
        var answer = await caller.GetAsync("/v1/api-keys");
        Assert.Equal(administering, answer.StatusCode);
        if (administering == HttpStatusCode.Forbidden)
            Assert.Contains("role is viewer", await answer.ProblemAsync(HttpStatusCode.Forbidden, "role"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StrongestRole_Counts_AndThePersonIsInTheAudit()
    {
        using var caller = Caller(issuer.Token(["viewers", "admins"]));

        var made = await (await caller.PostAsJsonAsync("/v1/api-keys", new NewApiKey("by a person", RoleName.Viewer))).ReadAsync<CreatedApiKey>();

        Assert.Equal("Anna Berg", made.ApiKey.CreatedBy);
        var entry = (await (await caller.GetAsync("/v1/audit")).ReadAsync<Page<AuditEntry>>()).Items[0];
        Assert.Equal(("Anna Berg", RoleName.Administrator), (entry.By, entry.Role));
    }

    [Fact]
    public async Task BadTokens_AreRefused_AndSayWhy()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var other = new ECDsaSecurityKey(stranger) { KeyId = "one" };
        var shared = new SymmetricSecurityKey(new byte[64]) { KeyId = "one" };
        (string Token, string Why)[] bad =
        [
            (issuer.Token(["admins"], audience: "another"), "another audience"),
            (issuer.Token(["admins"], issuer: "http://127.0.0.1:1"), "another issuer"),
            (issuer.Token(["admins"], expiresInSeconds: -120), "expired"),
            (issuer.Token(["admins"], signedWith: other), "signature"),
            (issuer.Token(["admins"], signedWith: shared, algorithm: SecurityAlgorithms.HmacSha256), "signature"),
            (issuer.Token(["nobody"]), "None of its roles"),
            (issuer.Token([]), "None of its roles"),
            (Unsigned(issuer.Token(["admins"])), "signature"),
            ("not.a.token", "cannot be read"),
        ];
        foreach (var (token, why) in bad)
        {
            using var caller = Caller(token);
            var answer = await caller.GetAsync("/v1/models");
            Assert.Contains(why, await answer.ProblemAsync(HttpStatusCode.Unauthorized, "token"), StringComparison.Ordinal);
            Assert.Contains("Bearer", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task KeysAndServices_WorkAsBefore()
    {
        using var keyed = registry.CreateClient();
        keyed.DefaultRequestHeaders.Add("x-api-key", "key-of-the-configuration");
        Assert.Equal(HttpStatusCode.OK, (await keyed.GetAsync("/v1/models")).StatusCode);
        using var nobody = registry.CreateClient();
        await (await nobody.GetAsync("/v1/models")).ProblemAsync(HttpStatusCode.Unauthorized, "api-key");
    }

    [Fact]
    public async Task IssuerAway_IsNoRefusal()
    {
        await using var alone = await stores.StartAsync<RegistryDb>(["registrydb"], builder => AccessTable.Guard(Configured(builder, "http://127.0.0.1:9")));
        using var caller = alone.CreateClient();
        caller.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Token(["admins"], issuer: "http://127.0.0.1:9"));

        var answer = await caller.GetAsync("/v1/models");

        await answer.ProblemAsync(HttpStatusCode.ServiceUnavailable, "issuer-unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("http://login.example.com", "administrator", "Authority")]
    [InlineData("https://login.example.com", "service", "service")]
    [InlineData("https://login.example.com", null, "Roles")]
    public void Options_ThatCannotBe_StopTheStart(string authority, string? role, string named)
    {
        var options = new TokenOptions { Authority = authority, Roles = role is null ? [] : new() { ["x"] = role } };

        Assert.Contains(named, Assert.Throws<InvalidOperationException>(options.RefuseWrong).Message, StringComparison.Ordinal);
    }

    private static IWebHostBuilder Configured(IWebHostBuilder builder, string authority) => builder
        .UseSetting("Access:Tokens:Authority", authority).UseSetting("Access:Tokens:RequireHttps", "false").UseSetting("Access:Tokens:RoleClaim", "groups")
        .UseSetting("Access:Tokens:Roles:viewers", RoleName.Viewer).UseSetting("Access:Tokens:Roles:admins", RoleName.Administrator).UseSetting("Access:Tokens:Store", "people");

    /// <summary>The header says that there is no signature, and there is none.</summary>
    private static string Unsigned(string token) => $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"JWT\"}")}.{token.Split('.')[1]}.";

    private HttpClient Caller(string token)
    {
        var client = registry.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await registry.DisposeAsync();
        await issuer.DisposeAsync();
    }
}
