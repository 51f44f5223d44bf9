using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Clients;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Who calls: an API key stands for one store and a role, the service key for another service that acts for the store it names.</summary>
public static class StoreAccess
{
    /// <summary>The name of a service that acts on nobody's behalf.</summary>
    public const string Automation = "automation";

    /// <summary>The name of whoever calls with a key of the configuration, or without any in Development.</summary>
    public const string KeyHolder = "api";

    internal static void AddStoreAccess(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("Access").Get<AccessOptions>() ?? new AccessOptions();
        options.RefuseKeylessProduction(builder.Environment);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<KeyRates>();
        builder.Services.AddSingleton<KeyQuotas>();
        var authentication = builder.Services
            .AddAuthentication(ApiKeyAuthentication.Scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.Scheme, scheme => scheme.ForwardDefaultSelector = context => TokenAuthentication.SchemeOf(context, options.Tokens));
        if (options.Tokens.Authority is not null)
            authentication.AddTokens(options.Tokens);
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(AccessPolicy.Policy);
        builder.Services.AddSingleton<IAuthorizationHandler, AccessPolicy>();
        builder.Services.AddShopPages();
        builder.FollowKeys();
    }

    private static void FollowKeys(this IHostApplicationBuilder builder)
    {
        // Development without an AppHost, as in tests, has no registry to ask.
        var isOn = !builder.Environment.IsDevelopment() || builder.Configuration.GetSection("services:registry").Exists();
        builder.Services.Configure<KeyFollowerOptions>(options => options.IsOn = isOn);
        builder.Services.AddKeyGrantsClient();
        builder.Services.TryAddScoped<IKeySource, RegistryKeySource>();
        builder.Services.AddHostedService<KeyFollower>();
    }
}
