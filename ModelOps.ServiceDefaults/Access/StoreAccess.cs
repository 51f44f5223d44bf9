using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Who calls: an API key stands for one store, the service key for another service that acts for the store it names.</summary>
public static class StoreAccess
{
    /// <summary>The role of another service, which may act for any store; keyless Development has it too.</summary>
    public const string ServiceRole = "service";

    /// <summary>The role of a shop's page, which calls with a publishable key.</summary>
    public const string PublishableRole = "publishable";

    /// <summary>The name of a service that acts on nobody's behalf.</summary>
    public const string Automation = "automation";

    /// <summary>The name of whoever calls with a store's key, or without any in Development.</summary>
    public const string KeyHolder = "api";

    internal static void AddStoreAccess(this IHostApplicationBuilder builder)
    {
        var keys = builder.Configuration.GetSection("Access").Get<AccessOptions>() ?? new AccessOptions();
        keys.RefuseKeylessProduction(builder.Environment);
        builder.Services.AddSingleton(keys);
        builder.Services
            .AddAuthentication(ApiKeyAuthentication.Scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.Scheme, null);
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(ShopPages.EverythingElse());
        builder.Services.AddShopPages(keys);
    }
}
