using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Takes <c>Authorization: Bearer …</c> of the configured issuer beside keys: its signature, issuer, audience and time are checked, its role claim is mapped.</summary>
internal static class TokenAuthentication
{
    private const string Prefix = "Bearer ";

    // Those of keys that a provider publishes; what is signed with a shared secret, or not at all, is none of them.
    private static readonly string[] Algorithms =
        [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512];

    // Microsoft.IdentityModel's for a document that cannot be had, and for what follows from it: no key and no issuer to check against.
    private static readonly string[] CodesOfAnAbsence = ["IDX2080", "IDX10204", "IDX10500"];

    /// <summary>Which scheme looks at a call; null for the scheme of keys.</summary>
    public static string? SchemeOf(HttpContext context, TokenOptions options) =>
        options.Authority is not null && context.Request.Headers.Authorization.ToString().StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? JwtBearerDefaults.AuthenticationScheme : null;

    public static void AddTokens(this AuthenticationBuilder authentication, TokenOptions tokens) => authentication.AddJwtBearer(options =>
    {
        options.Authority = tokens.Authority;
        options.Audience = tokens.Audience;
        options.RequireHttpsMetadata = tokens.RequireHttps;
        options.MapInboundClaims = false;
        options.IncludeErrorDetails = false;
        options.TokenValidationParameters.ValidAlgorithms = Algorithms;
        options.TokenValidationParameters.ClockSkew = TimeSpan.FromSeconds(30);
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                if (TokenPerson.Of(context.Principal!, tokens, JwtBearerDefaults.AuthenticationScheme) is { } person)
                    context.Principal = new ClaimsPrincipal(person);
                else
                    context.Fail("none of its roles is mapped to one here, or it names no store");
                return Task.CompletedTask;
            },
            OnChallenge = context =>
            {
                context.HandleResponse();
                return ChallengeAsync(context, tokens);
            },
            OnForbidden = context => Refusals.ForbiddenAsync(context.HttpContext),
        };
    });

    private static Task ChallengeAsync(JwtBearerChallengeContext context, TokenOptions tokens)
    {
        if (IsIssuerAway(context.AuthenticateFailure))
        {
            context.Response.Headers.RetryAfter = "5";
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "issuer-unavailable", "The issuer of the token is not reachable", $"{tokens.Authority} does not say its keys, so no token can be checked. Try again shortly, or call with an API key.").ExecuteAsync(context.HttpContext);
        }
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Of(StatusCodes.Status401Unauthorized, "token", "The token is not good here",
            $"{Reason(context.AuthenticateFailure)}. It has to be of {tokens.Authority} for the audience '{tokens.Audience}', not expired, with a mapped value in its claim '{tokens.RoleClaim}'.").ExecuteAsync(context.HttpContext);
    }

    private static string Reason(Exception? failure) => failure switch
    {
        SecurityTokenExpiredException => "It has expired",
        SecurityTokenInvalidAudienceException => "It is for another audience",
        SecurityTokenInvalidIssuerException => "It is of another issuer",
        SecurityTokenNotYetValidException => "It is not valid yet",
        SecurityTokenException or ArgumentException => "It cannot be read, or its signature is not the issuer's",
        { Message: { Length: > 0 } said } => char.ToUpperInvariant(said[0]) + said[1..],
        _ => "It cannot be read",
    };

    private static bool IsIssuerAway(Exception? failure) =>
        failure is not null && (CodesOfAnAbsence.Any(code => failure.Message.Contains(code, StringComparison.Ordinal)) || IsIssuerAway(failure.InnerException));
}
