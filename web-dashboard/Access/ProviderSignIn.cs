using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using ModelOps.Dashboard.Layout;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Dashboard.Access;

/// <summary>Sign-in by an OpenID Connect provider, where one is configured (<c>Access:Tokens</c> with <c>ClientId</c>): the code flow with PKCE. The provider's roles are mapped as those of tokens are.</summary>
internal static class ProviderSignIn
{
    public const string Path = "/login/provider";

    /// <summary>The issuer that says who the person is.</summary>
    public const string ProviderClaim = "provider";

    /// <summary>When the sign-in ends, in seconds since 1970: a page that stands open asks for no cookie.</summary>
    public const string UntilClaim = "until";

    public static void AddProvider(this AuthenticationBuilder authentication, TokenOptions provider) => authentication.AddOpenIdConnect(options =>
    {
        (options.Authority, options.ClientId, options.ClientSecret, options.RequireHttpsMetadata) = (provider.Authority, provider.ClientId, provider.ClientSecret, provider.RequireHttps);
        options.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query; // a form posted from another site would come without the cookies that belong to it
        options.MapInboundClaims = false;
        options.SaveTokens = false;
        options.Scope.Add("profile");
        if (!provider.RequireHttps)
            options.CorrelationCookie.SecurePolicy = options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.CorrelationCookie.SameSite = options.NonceCookie.SameSite = SameSiteMode.Lax;
        options.Events.OnTokenValidated = context =>
        {
            if (TokenPerson.Of(context.Principal!, provider, CookieAuthenticationDefaults.AuthenticationScheme) is not { } person)
            {
                context.Response.Redirect($"{SignIn.LoginPath}?refused=role");
                context.HandleResponse();
                return Task.CompletedTask;
            }
            person.AddClaim(new Claim(ProviderClaim, provider.Authority!));
            var until = TimeProvider.System.GetUtcNow().AddHours(provider.SignInHours);
            person.AddClaim(new Claim(UntilClaim, until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
            context.Principal = new ClaimsPrincipal(person);
            context.Properties!.ExpiresUtc = until;
            context.Properties.AllowRefresh = false; // after these hours the provider is asked anew
            return Task.CompletedTask;
        };
        options.Events.OnRemoteFailure = context =>
        {
            context.Response.Redirect($"{SignIn.LoginPath}?refused=provider");
            context.HandleResponse();
            return Task.CompletedTask;
        };
    });

    public static void MapProviderSignIn(this IEndpointRouteBuilder app) => app.MapGet(Path, async Task<IResult> (string? returnUrl, IAuthenticationSchemeProvider schemes) =>
        await schemes.GetSchemeAsync(OpenIdConnectDefaults.AuthenticationScheme) is null
            ? TypedResults.LocalRedirect(SignIn.LoginPath)
            : TypedResults.Challenge(new AuthenticationProperties { RedirectUri = Preferences.IsLocal(returnUrl) ? returnUrl : "/" }, [OpenIdConnectDefaults.AuthenticationScheme])).AllowAnonymous();
}
