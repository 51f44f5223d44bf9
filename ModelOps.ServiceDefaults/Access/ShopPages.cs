using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using ModelOps.Contracts.Clients;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>What a shop's pages may call from the browser: with a publishable key, from the origins that are configured for it.</summary>
public static class ShopPages
{
    private const string Policy = "shop-pages";
    private static readonly TimeSpan Preflight = TimeSpan.FromHours(2);

    /// <summary>Opens endpoints to publishable keys, and to the pages that hold them.</summary>
    public static TBuilder AllowShopPages<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(Policy).RequireCors(Policy);

    internal static void AddShopPages(this IServiceCollection services, AccessOptions access)
    {
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy.RequireAuthenticatedUser());
        services.AddCors(cors => cors.AddPolicy(Policy, policy => Configure(policy, access)));
    }

    /// <summary>Everything that is not opened: whoever is known, publishable keys excepted.</summary>
    internal static AuthorizationPolicy EverythingElse() => new AuthorizationPolicyBuilder()
        .RequireAuthenticatedUser().RequireAssertion(context => !context.User.IsInRole(StoreAccess.PublishableRole)).Build();

    /// <summary>A preflight names no key yet, so any key's origin will do for it; the call itself is held against its key's own.</summary>
    private static void Configure(CorsPolicyBuilder policy, AccessOptions access) => policy
        .SetIsOriginAllowed(access.AllowsOrigin)
        .WithMethods("POST")
        .WithHeaders(HeaderNames.ContentType, AccessHeaders.ApiKey, "x-request-timeout-ms")
        .WithExposedHeaders(HeaderNames.RetryAfter)
        .SetPreflightMaxAge(Preflight);
}
