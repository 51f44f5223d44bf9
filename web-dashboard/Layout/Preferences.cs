using Microsoft.AspNetCore.Localization;

namespace ModelOps.Dashboard.Layout;

/// <summary>Language and colours: each is a cookie, set by a link that comes back to the page it was on.</summary>
internal static class Preferences
{
    public const string Light = "light";
    public const string Dark = "dark";
    private const string ThemeCookie = "modelops.theme";
    private static readonly string[] Cultures = ["en", "zh-Hans"];
    private static readonly CookieOptions OneYear = new() { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, IsEssential = true };

    public static void AddPreferences(this IServiceCollection services)
    {
        services.AddLocalization();
        services.AddRequestLocalization(options =>
        {
            options.SetDefaultCulture(Cultures[0]).AddSupportedCultures(Cultures).AddSupportedUICultures(Cultures);
            options.RequestCultureProviders = [new CookieRequestCultureProvider(), new AcceptLanguageHeaderRequestCultureProvider()];
        });
    }

    public static void MapPreferences(this IEndpointRouteBuilder app)
    {
        var preferences = app.MapGroup("/preferences").AllowAnonymous().ExcludeFromDescription();
        preferences.MapGet("/language", (HttpContext context, string language, string? returnUrl) => Cultures.Contains(language)
            ? Keep(context, CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language)), returnUrl)
            : Results.BadRequest());
        preferences.MapGet("/theme", (HttpContext context, string theme, string? returnUrl) => theme is Light or Dark
            ? Keep(context, ThemeCookie, theme, returnUrl)
            : Results.BadRequest());
    }

    /// <summary>The chosen theme, or null to follow the browser's.</summary>
    public static string? ThemeOf(HttpContext context) => context.Request.Cookies[ThemeCookie] is Light or Dark ? context.Request.Cookies[ThemeCookie] : null;

    public static bool IsLocal(string? url) => url is ['/', ..] and not ['/', '/' or '\\', ..];

    private static IResult Keep(HttpContext context, string cookie, string value, string? returnUrl)
    {
        context.Response.Cookies.Append(cookie, value, OneYear);
        return Results.LocalRedirect(IsLocal(returnUrl) ? returnUrl! : "/");
    }
}
