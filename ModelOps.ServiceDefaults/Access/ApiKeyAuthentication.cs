using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Turns <c>x-api-key</c> into the claims of the caller: the store, and by whom.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessOptions access)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "ApiKey";

    /// <summary>Where a page puts a publishable key that cannot set a header, as <c>navigator.sendBeacon</c>. A secret key is not looked for there.</summary>
    private const string InQuery = "key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var key = Request.Headers[AccessHeaders.ApiKey].ToString();
        var shown = key.Length > 0 ? key : Request.Query[InQuery].ToString();
        if (shown.Length > 0 && access.PublishableOf(shown) is { } page)
            return Task.FromResult(OfPage(page.Store, page.Key));
        var isService = key.Length == 0 ? access.KeylessStore is not null : access.IsServiceKey(key);
        var named = Request.Headers[AccessHeaders.Store].ToString();
        var store = isService && named.Length > 0 ? new StoreId(named) : isService ? access.KeylessStore : access.StoreOf(key);
        if (store is not { } found)
            return Task.FromResult(key.Length == 0 ? AuthenticateResult.NoResult() : AuthenticateResult.Fail("Unknown API key"));

        var identity = new ClaimsIdentity([new Claim(StoreId.Claim, found.Value), new Claim(ClaimTypes.Name, ActorOf(isService, key))], Scheme);
        if (isService)
            identity.AddClaim(new Claim(ClaimTypes.Role, StoreAccess.ServiceRole));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme)));
    }

    /// <summary>CORS only hides an answer from a page; a foreign page's call must not count either.</summary>
    private AuthenticateResult OfPage(StoreId store, PublishableKey key)
    {
        var origin = Request.Headers.Origin.ToString();
        if (origin.Length > 0 && access.KeylessStore is null && !key.Allows(origin))
            return AuthenticateResult.Fail($"The key is not for pages of {origin}");
        var identity = new ClaimsIdentity([new Claim(StoreId.Claim, store.Value), new Claim(ClaimTypes.Name, StoreAccess.KeyHolder), new Claim(ClaimTypes.Role, StoreAccess.PublishableRole)], Scheme);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    /// <summary>Who acts: whoever the service names; a service by itself; or the holder of a store's key.</summary>
    private string ActorOf(bool isService, string key)
    {
        var named = Request.Headers[AccessHeaders.Actor].ToString();
        return isService && named.Length > 0 ? Uri.UnescapeDataString(named) : isService && key.Length > 0 ? StoreAccess.Automation : StoreAccess.KeyHolder;
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        await Results.Problem(
            statusCode: StatusCodes.Status401Unauthorized,
            type: "urn:modelops:api-key",
            title: "An API key is required",
            detail: $"Send the store's key in the header {AccessHeaders.ApiKey}. The key that came with this call is missing, unknown, or not for pages of this origin.").ExecuteAsync(Context);
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        await Results.Problem(
            statusCode: StatusCodes.Status403Forbidden,
            type: "urn:modelops:publishable-key",
            title: "A publishable key may not do this",
            detail: "It sends events and asks for recommendations. Call from the shop's server with the store's secret key.").ExecuteAsync(Context);
    }
}
