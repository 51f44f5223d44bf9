using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ModelOps.Tests.Access;

/// <summary>An OpenID Connect provider on a port of this machine: discovery, keys, and the code flow with PKCE for one person, who always agrees.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    public const string Audience = "modelops", ClientId = "dashboard", ClientSecret = "a secret of the client's";

    private readonly ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsaSecurityKey key;
    private readonly WebApplication app;
    private readonly Dictionary<string, (string Nonce, string Challenge)> codes = [];

    private TokenIssuer()
    {
        key = new ECDsaSecurityKey(ecdsa) { KeyId = "one" };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.UseRouting();
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = Url,
            jwks_uri = $"{Url}/keys",
            authorization_endpoint = $"{Url}/authorize",
            token_endpoint = $"{Url}/token",
            response_types_supported = new[] { "code" },
            subject_types_supported = new[] { "public" },
            id_token_signing_alg_values_supported = new[] { "ES256" },
        }));
        app.MapGet("/keys", () => Results.Json(new { keys = new[] { Published() } }));
        app.MapGet("/authorize", IResult (HttpContext context) => Authorize(context));
        app.MapPost("/token", Task<IResult> (HttpContext context) => TokenAsync(context));
    }

    public string Url { get; private set; } = "";

    /// <summary>The groups of the person who signs in.</summary>
    public string[] Groups { get; set; } = [];

    public static async Task<TokenIssuer> StartAsync()
    {
        var issuer = new TokenIssuer();
        await issuer.app.StartAsync();
        issuer.Url = issuer.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return issuer;
    }

    /// <summary>A signed token; each argument is what a good one has.</summary>
    public string Token(string[] groups, string? audience = Audience, string? issuer = null, int expiresInSeconds = 600, SecurityKey? signedWith = null, string algorithm = SecurityAlgorithms.EcdsaSha256, string? nonce = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Url,
            Audience = audience,
            IssuedAt = DateTime.UtcNow.AddSeconds(-60),
            NotBefore = DateTime.UtcNow.AddSeconds(Math.Min(-60, expiresInSeconds - 60)),
            Expires = DateTime.UtcNow.AddSeconds(expiresInSeconds),
            Claims = new Dictionary<string, object> { ["sub"] = "4711", ["name"] = "Anna Berg", ["groups"] = groups, ["nonce"] = nonce ?? "" },
            SigningCredentials = new SigningCredentials(signedWith ?? key, algorithm),
        });

    private object Published()
    {
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        return new { kty = "EC", use = "sig", crv = "P-256", kid = key.KeyId, alg = "ES256", x = WebEncoders.Base64UrlEncode(point.X!), y = WebEncoders.Base64UrlEncode(point.Y!) };
    }

    private IResult Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["client_id"] != ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256")
            return Results.BadRequest("The client asks otherwise than it should.");
        var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        lock (codes)
            codes[code] = (query["nonce"]!, query["code_challenge"]!);
        return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"] }));
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        (string Nonce, string Challenge) asked;
        lock (codes)
        {
            if (!codes.Remove(form["code"].ToString(), out asked))
                return Results.BadRequest(new { error = "invalid_grant" });
        }
        var verified = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        return verified == asked.Challenge && form["client_secret"] == ClientSecret
            ? Results.Json(new { access_token = Token(Groups), token_type = "Bearer", expires_in = 600, id_token = Token(Groups, ClientId, nonce: asked.Nonce) })
            : Results.BadRequest(new { error = "invalid_client", at = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture) });
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        ecdsa.Dispose();
    }
}
