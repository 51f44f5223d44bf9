using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Clients;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Turns <c>x-api-key</c> into the claims of the caller: the store, the role, and by whom.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessOptions access, KeyRing keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "ApiKey";

    /// <summary>Where a page puts a publishable key that cannot set a header, as <c>navigator.sendBeacon</c>. A secret key is not looked for there.</summary>
    private const string InQuery = "key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    private AuthenticateResult Authenticate()
    {
        var key = Request.Headers[AccessHeaders.ApiKey].ToString();
        if (key.Length == 0)
            return Request.Query[InQuery].ToString() is { Length: > 0 } shown && keys.Find(shown) is { Role: RoleName.Publishable } page ? OfPage(page)
                : access.KeylessStore is { } store ? OfService(store, StoreAccess.KeyHolder)
                : AuthenticateResult.NoResult();
        if (keys.Find(key) is { } grant)
        {
            Context.Features.Set(grant); // its limits are held against the call
            return grant.Role == RoleName.Publishable ? OfPage(grant) : Of(grant.Store, grant.Role, grant.Name);
        }
        return access.IsServiceKey(key) ? OfService(access.KeylessStore, StoreAccess.Automation) : AuthenticateResult.Fail("Unknown API key");
    }

    /// <summary>CORS only hides an answer from a page; a foreign page's call must not count either.</summary>
    private AuthenticateResult OfPage(KeyGrant key)
    {
        Context.Features.Set(key);
        var origin = Request.Headers.Origin.ToString();
        return origin.Length > 0 && access.KeylessStore is null && !key.Allows(origin)
            ? AuthenticateResult.Fail($"The key is not for pages of {origin}")
            : Of(key.Store, RoleName.Publishable, key.Name);
    }

    /// <summary>A service acts for the store it names, and for whom it names with that person's role; by itself where it names nobody.</summary>
    /// <param name="store">Where it names none.</param>
    private AuthenticateResult OfService(StoreId? store, string name)
    {
        var (named, actor, role) = (Request.Headers[AccessHeaders.Store].ToString(), Request.Headers[AccessHeaders.Actor].ToString(), Request.Headers[AccessHeaders.Role].ToString());
        return (named.Length > 0 ? new StoreId(named) : store) is { } found
            ? Of(found, RoleName.OfPeople.Contains(role) ? role : RoleName.Service, actor.Length > 0 ? Uri.UnescapeDataString(actor) : name)
            : Of(null, RoleName.Service, name);
    }

    private static AuthenticateResult Of(StoreId? store, string role, string name)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role)], Scheme);
        if (store is { } known)
            identity.AddClaim(new Claim(StoreId.Claim, known.Value));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        await Results.Problem(
            statusCode: StatusCodes.Status401Unauthorized,
            type: "urn:modelops:api-key",
            title: "An API key is required",
            detail: $"Send the store's key in the header {AccessHeaders.ApiKey}. The key that came with this call is missing, unknown, expired, revoked, or not for pages of this origin.").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Refusals.ForbiddenAsync(Context);
}
