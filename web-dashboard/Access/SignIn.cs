using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Dashboard.Access;

/// <summary>
/// A person signs in with a key of the store's; a cookie keeps store and role. In Development a call without a key is the store
/// <c>main</c>, so nobody has to.
/// </summary>
internal static class SignIn
{
    public const string LoginPath = "/login";

    /// <summary>The SHA-256 of the key that somebody signed in with.</summary>
    private const string KeyClaim = "key";

    public static void AddSignIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddCascadingAuthenticationState();
        // Pages are for whoever signed in. What their role may do, the services decide, which hear of it with every call.
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        if (builder.Environment.IsDevelopment())
            return;
        builder.Services.AddPersonOfCalls();
        var authentication = builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "modelops.store";
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.LoginPath = LoginPath;
            options.ExpireTimeSpan = TimeSpan.FromHours(12);
            options.Events.OnValidatePrincipal = SignOutWithTheKey;
        });
        if (builder.Configuration.GetSection("Access:Tokens").Get<TokenOptions>() is { Authority: not null, ClientId: not null } provider)
            authentication.AddProvider(provider);
    }

    public static void MapSignOut(this IEndpointRouteBuilder app) => app.MapPost("/logout", async (HttpContext context) =>
    {
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.LocalRedirect(LoginPath);
    });

    /// <summary>Whose key it is, where it is a person's.</summary>
    public static KeyGrant? FindPerson(this KeyRing keys, string key) => keys.Find(key) is { } grant && RoleName.OfPeople.Contains(grant.Role) ? grant : null;

    /// <param name="name">What the person wants to be called in histories; the key's name where it is empty.</param>
    public static Task SignInAsync(this HttpContext context, KeyGrant key, string name) => context.SignInAsync(
        CookieAuthenticationDefaults.AuthenticationScheme,
        new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(StoreId.Claim, key.Store.Value), new Claim(ClaimTypes.Role, key.Role), new Claim(KeyClaim, key.Sha256), new Claim(ClaimTypes.Name, name.Length > 0 ? name : key.Name)], CookieAuthenticationDefaults.AuthenticationScheme)));

    /// <summary>The role of whoever signed in, as it is now: a key may have ended, and so may the hours of a provider's sign-in. Null where there is none.</summary>
    public static string? RoleOf(this KeyRing keys, ClaimsPrincipal? person) =>
        person?.FindFirstValue(KeyClaim) is { } hash ? keys.FindHash(hash)?.Role
        : person?.HasClaim(claim => claim.Type == ProviderSignIn.ProviderClaim) == true && HasTime(person) ? person.FindFirstValue(ClaimTypes.Role)
        : null;

    private static bool HasTime(ClaimsPrincipal person) =>
        long.TryParse(person.FindFirstValue(ProviderSignIn.UntilClaim), CultureInfo.InvariantCulture, out var until) && TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() < until;

    /// <summary>Whose key was revoked signs in again, with another.</summary>
    private static Task SignOutWithTheKey(CookieValidatePrincipalContext context)
    {
        if (context.HttpContext.RequestServices.GetRequiredService<KeyRing>().RoleOf(context.Principal) is null)
            context.RejectPrincipal();
        return Task.CompletedTask;
    }

    /// <summary>By whom something is done here, for histories: the person's name, or the dashboard's where nobody signs in.</summary>
    public static string Actor(this ClaimsPrincipal person) =>
        person.Identity is { AuthenticationType: CookieAuthenticationDefaults.AuthenticationScheme, Name: { Length: > 0 } name } ? name : "dashboard";
}
