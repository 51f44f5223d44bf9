using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using ModelOps.Contracts;

namespace ModelOps.Dashboard.Access;

/// <summary>
/// A person signs in with the store's API key; a cookie keeps the store. In Development a call without a key is the store
/// <c>main</c>, so nobody has to.
/// </summary>
internal static class SignIn
{
    public const string LoginPath = "/login";

    public static void AddSignIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddCascadingAuthenticationState();
        if (builder.Environment.IsDevelopment())
            return;
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "modelops.store";
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.LoginPath = LoginPath;
            options.ExpireTimeSpan = TimeSpan.FromHours(12);
        });
    }

    public static void MapSignOut(this IEndpointRouteBuilder app) => app.MapPost("/logout", async (HttpContext context) =>
    {
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.LocalRedirect(LoginPath);
    });

    /// <param name="name">What the person wants to be called in histories; may be empty.</param>
    public static Task SignInAsync(this HttpContext context, StoreId store, string name) => context.SignInAsync(
        CookieAuthenticationDefaults.AuthenticationScheme,
        new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(StoreId.Claim, store.Value), new Claim(ClaimTypes.Name, name)], CookieAuthenticationDefaults.AuthenticationScheme)));

    /// <summary>By whom something is done here, for histories: the person's name, or the dashboard's where nobody signs in.</summary>
    public static string Actor(this ClaimsPrincipal person) =>
        person.Identity is { AuthenticationType: CookieAuthenticationDefaults.AuthenticationScheme, Name: { Length: > 0 } name } ? name : "dashboard";
}
