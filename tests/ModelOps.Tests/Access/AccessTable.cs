using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Tests.Access;

/// <summary>Every endpoint of a service and every role: <c>docs/access-table.md</c> says who may, and a call of each with each shows it.</summary>
internal static partial class AccessTable
{
    public const string ServiceKey = "key-among-the-services";
    private static readonly string[] Roles = [RoleName.Publishable, RoleName.Storefront, RoleName.Viewer, RoleName.Operator, RoleName.Administrator];

    public static void Guard(IWebHostBuilder builder) => builder.UseEnvironment("Production")
        .UseSetting("Access:ServiceKey", ServiceKey).UseSetting("Access:ApiKeys:configured", "key-of-the-configuration")
        .ConfigureTestServices(services =>
        {
            // Nobody else is there, and says so at once.
            services.ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new Nobody()));
            services.ConfigureAll<HttpStandardResilienceOptions>(options => (options.Retry.MaxRetryAttempts, options.Retry.Delay, options.Retry.UseJitter) = (1, TimeSpan.Zero, false));
        });

    /// <summary>Calls every endpoint without a key and with a key of each role.</summary>
    /// <returns>What came otherwise than the table says, a line each.</returns>
    public static async Task<IReadOnlyList<string>> WalkAsync<T>(Service<T> service) where T : class
    {
        using var http = service.CreateClient();
        http.Timeout = TimeSpan.FromMinutes(1);
        service.Services.GetRequiredService<KeyRing>().Follow(Roles.Select(role => new KeyGrant(KeyRing.HashOf($"key-of-a-{role}"), new StoreId("walked"), role, role, null, ["https://shop.example"])));
        var wrong = new List<string>();
        foreach (var (method, endpoint) in EndpointsOf(service))
        {
            foreach (var role in Roles.Prepend(null))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), PathOf(endpoint.RoutePattern.RawText!));
                if (role is not null)
                    request.Headers.Add("x-api-key", $"key-of-a-{role}");
                if (method is "POST" or "PUT" or "PATCH")
                    request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var expected = IsOpen(endpoint) ? null : role is null ? HttpStatusCode.Unauthorized : MayOf(endpoint, method, role) ? (HttpStatusCode?)null : HttpStatusCode.Forbidden;
                var isAsExpected = expected is { } refusal ? answer.StatusCode == refusal : answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) || IsOwnRefusal(endpoint);
                if (!isAsExpected || answer.StatusCode == HttpStatusCode.InternalServerError)
                    wrong.Add($"{method} {endpoint.RoutePattern.RawText} with {role ?? "no key"}: {(int)answer.StatusCode}, expected {expected?.ToString() ?? "no refusal"}");
            }
        }
        return wrong;
    }

    /// <summary>The service's part of the table in Markdown.</summary>
    public static string Of<T>(Service<T> service, string name) where T : class
    {
        var text = new StringBuilder($"## {name}\n| endpoint | {string.Join(" | ", Roles)} |\n|---|{string.Concat(Enumerable.Repeat(":-:|", Roles.Length))}\n");
        foreach (var (method, endpoint) in EndpointsOf(service))
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{method} {Shown(endpoint)}`{(IsOpen(endpoint) ? " (no key needed)" : "")} | {string.Join(" | ", Roles.Select(role => IsOpen(endpoint) || MayOf(endpoint, method, role) ? "✓" : ""))} |\n");
        return text.ToString();
    }

    /// <summary>Compares with the file, or writes it anew where <c>MODELOPS_WRITE_ACCESS</c> is set.</summary>
    public static void MustBeIn(string file, string name, string part)
    {
        var text = File.ReadAllText(file);
        if (Environment.GetEnvironmentVariable("MODELOPS_WRITE_ACCESS") is not null)
        {
            var begin = text.IndexOf($"## {name}\n", StringComparison.Ordinal);
            var end = begin < 0 ? -1 : text.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
            text = begin < 0 ? $"{text.TrimEnd()}\n\n{part}" : text[..begin] + part + (end < 0 ? "" : text[end..]);
            File.WriteAllText(file, text);
        }
        Assert.True(text.Contains(part, StringComparison.Ordinal), $"docs/access-table.md does not say who may call {name}. Write it again: MODELOPS_WRITE_ACCESS=1 dotnet test --filter AccessTable, and look at what changed.");
    }

    public static string FileOf() => Path.Combine(Repository.Root, "docs", "access-table.md");

    private static IEnumerable<(string Method, RouteEndpoint Endpoint)> EndpointsOf<T>(Service<T> service) where T : class =>
        from endpoint in service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods
        where methods is { Count: > 0 } && !IsGrpc(endpoint)
        from method in methods
        where method is not ("HEAD" or "OPTIONS") && (Shown(endpoint).StartsWith("/v", StringComparison.Ordinal) || !IsOpen(endpoint))
        orderby Shown(endpoint), method
        select (method, endpoint);

    /// <summary>Every endpoint with its method and route pattern.</summary>
    public static IReadOnlyList<(string Method, string Pattern)> PatternsOf<T>(Service<T> service) where T : class =>
        [.. EndpointsOf(service).Select(one => (one.Method, Shown(one.Endpoint)))];

    private static bool MayOf(RouteEndpoint endpoint, string method, string role) => RoleTable.May(role, RoleTable.NeedOf(endpoint, method), RoleTable.IsForShopPages(endpoint));

    private static bool IsOpen(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static bool IsGrpc(RouteEndpoint endpoint) => endpoint.DisplayName?.StartsWith("gRPC", StringComparison.Ordinal) == true;

    /// <summary>The signing key of all stores is changed by the service key alone, whatever the role in one of them; a webhook has a signature of its own.</summary>
    private static bool IsOwnRefusal(RouteEndpoint endpoint) => Shown(endpoint) is "/v1/keys" or "/v1/pipelines/{name}/trigger";

    private static string Shown(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');

    private static string PathOf(string pattern) => "/" + Parameter().Replace(pattern, match => match.Value switch
    {
        var guid when guid.Contains(":guid", StringComparison.Ordinal) => Guid.NewGuid().ToString(),
        var number when number.Contains(":int", StringComparison.Ordinal) || number.Contains(":long", StringComparison.Ordinal) => "4711",
        _ => "nothing",
    }).Trim('/');

    private sealed class Nobody : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new HttpRequestException("Nobody is there.");
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
