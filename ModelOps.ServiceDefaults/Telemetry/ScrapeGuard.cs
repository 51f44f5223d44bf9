using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ModelOps.ServiceDefaults.Telemetry;

/// <summary>
/// <c>/metrics</c> tells stores' rates. Prometheus has no key of a store, so it is open where nobody else reaches the services; where
/// <c>Metrics__Token</c> is set, it takes that token and no other (<c>authorization: { credentials_file: … }</c> in Prometheus).
/// </summary>
internal static class ScrapeGuard
{
    public const string Path = "/metrics", Setting = "Metrics:Token";

    private const string Scheme = "Bearer ";

    public static void UseScrapeGuard(this WebApplication app)
    {
        if (app.Configuration[Setting] is not { Length: > 0 } token)
            return;
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(Scheme + token));
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Path), branch => branch.Use(async (context, next) =>
        {
            if (CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString())), expected))
            {
                await next(context);
                return;
            }
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problems.Of(StatusCodes.Status401Unauthorized, "metrics-token", "The token is missing or wrong", "Send 'Authorization: Bearer …' with the token that is configured as Metrics__Token.").ExecuteAsync(context);
        }));
    }
}
