using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
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
        endpoints.WithMetadata(new ShopPagesMetadata()).RequireCors(Policy);

    internal static void AddShopPages(this IServiceCollection services)
    {
        services.AddCors();
        services.AddSingleton<IConfigureOptions<CorsOptions>>(provider => new ConfigureNamedOptions<CorsOptions>(Options.DefaultName, cors =>
        {
            var (access, keys) = (provider.GetRequiredService<AccessOptions>(), provider.GetRequiredService<KeyRing>());
            cors.AddPolicy(Policy, policy => Configure(policy, origin => access.KeylessStore is not null || keys.AllowsOrigin(origin)));
        }));
    }

    /// <summary>A preflight names no key yet, so any key's origin will do for it; the call itself is held against its key's own.</summary>
    private static void Configure(CorsPolicyBuilder policy, Func<string, bool> allowsOrigin) => policy
        .SetIsOriginAllowed(allowsOrigin)
        .WithMethods("POST")
        .WithHeaders(HeaderNames.ContentType, AccessHeaders.ApiKey, "x-request-timeout-ms")
        .WithExposedHeaders(HeaderNames.RetryAfter)
        .SetPreflightMaxAge(Preflight);
}

internal sealed record ShopPagesMetadata;
