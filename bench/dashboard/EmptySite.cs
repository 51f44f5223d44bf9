using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Bench.Dashboard.Empty;

namespace ModelOps.Bench.Dashboard;

/// <summary>The limit: a page of interactive Blazor with a heading and a button, on this machine and in this run.</summary>
internal static class EmptySite
{
    public static async Task<(WebApplication Site, string Address)> StartAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development", ApplicationName = typeof(EmptySite).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        var site = builder.Build();
        site.UseAntiforgery();
        site.MapStaticAssets();
        site.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        site.MapGet("/", () => new RazorComponentResult(typeof(App)));
        await site.StartAsync();
        return (site, site.Urls.First());
    }
}
