using System.Diagnostics;
using System.Net;
using ModelOps.AppHost.LocalEngine.Network;
using ModelOps.Tests.Access;

namespace ModelOps.AppHost.Tests.Dashboard;

/// <summary>The dashboard as it runs in Production, with an OpenID Connect provider on this machine.</summary>
public sealed class ProviderSignInTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly int port = FreePorts.Take();
    private TokenIssuer issuer = null!;
    private Process dashboard = null!;

    private string Url => $"http://localhost:{port}";

    public async ValueTask InitializeAsync()
    {
        issuer = await TokenIssuer.StartAsync();
        var path = new Projects.ModelOps_Dashboard().TargetPath;
        var start = new ProcessStartInfo("dotnet", [path]) { WorkingDirectory = Path.GetDirectoryName(new Projects.ModelOps_Dashboard().ProjectPath)!, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = Url,
            ["HOME"] = folder.Path,
            ["MODELOPS_DATA"] = folder.Path,
            ["Access__ServiceKey"] = "key-among-the-services",
            ["Access__ApiKeys__main"] = "key-of-the-configuration",
            ["Access__Tokens__Authority"] = issuer.Url,
            ["Access__Tokens__RequireHttps"] = "false",
            ["Access__Tokens__RoleClaim"] = "groups",
            ["Access__Tokens__ClientId"] = TokenIssuer.ClientId,
            ["Access__Tokens__ClientSecret"] = TokenIssuer.ClientSecret,
            ["Access__Tokens__Roles__admins"] = "administrator",
        })
            start.Environment[name] = value;
        dashboard = Process.Start(start)!;
        dashboard.BeginOutputReadLine();
        dashboard.BeginErrorReadLine();
        using var http = new HttpClient();
        await Eventually.GetAsync(async () => await http.GetStringAsync(new Uri($"{Url}/alive")), "The dashboard");
    }

    [Fact]
    public async Task SignIn_WithAMappedGroup_OpensThePages_AndWithoutDoesNot()
    {
        issuer.Groups = ["nobody"];
        using (var stranger = Browser())
        {
            var refused = await stranger.GetAsync(new Uri($"{Url}/login/provider?returnUrl=%2Fsettings"));
            Assert.Equal("/login", refused.RequestMessage!.RequestUri!.AbsolutePath);
            Assert.Contains("provider-refusal", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal("/login", (await stranger.GetAsync(new Uri($"{Url}/settings"))).RequestMessage!.RequestUri!.AbsolutePath);
        }

        issuer.Groups = ["admins"];
        using var person = Browser();
        var login = await person.GetAsync(new Uri($"{Url}/settings"));
        Assert.Contains("data-testid=\"provider\"", await login.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var page = await person.GetAsync(new Uri($"{Url}/login/provider?returnUrl=%2Fsettings"));
        Assert.Equal((HttpStatusCode.OK, "/settings"), (page.StatusCode, page.RequestMessage!.RequestUri!.AbsolutePath));
        Assert.Contains("default-src 'self'", string.Join(' ', page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);

        // An address elsewhere is no place to be sent to.
        Assert.Equal("/", (await person.GetAsync(new Uri($"{Url}/login/provider?returnUrl=https%3A%2F%2Fevil.example"))).RequestMessage!.RequestUri!.AbsolutePath);
    }

    private static HttpClient Browser() => new(new HttpClientHandler { CookieContainer = new CookieContainer(), UseProxy = false });

    public async ValueTask DisposeAsync()
    {
        if (dashboard is { HasExited: false })
            dashboard.Kill(entireProcessTree: true);
        dashboard?.Dispose();
        await issuer.DisposeAsync();
        folder.Dispose();
    }
}
