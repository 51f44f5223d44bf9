using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using ModelOps.ServiceDefaults;
using Npgsql;

namespace ModelOps.Tests.ServiceDefaults;

/// <summary>A service that starts before its database: alive at once, its health names what is missing, and it goes on by itself.</summary>
public sealed class DatabaseStartTests(Stores stores)
{
    private const string Nobody = "Host=127.0.0.1;Port=1;Database=x;Username=x;Password=x;Timeout=2";

    [Fact]
    public async Task PrepareDatabaseAsync_DatabaseAway_AliveAnswersAndHealthNamesIt_UntilItComes()
    {
        var url = $"http://127.0.0.1:{FreePort.Take()}";
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        await using var database = NpgsqlDataSource.Create(await stores.NewDatabaseAsync());
        await using var away = NpgsqlDataSource.Create(Nobody);
        await using var service = NewService(url);
        var isThere = false;

        var preparing = service.PrepareDatabaseAsync(async _ =>
        {
            await using var connection = await (Volatile.Read(ref isThere) ? database : away).OpenConnectionAsync();
        });
        await Eventually.TrueAsync(async () => await StatusAsync(http, "/alive") == HttpStatusCode.OK, "the process to say that it is alive");
        using var health = await http.GetAsync("/health");
        using var call = await http.GetAsync("/v1/things");
        Volatile.Write(ref isThere, true);
        await preparing;
        await service.StartAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("PostgreSql_thingsdb", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("/health says why", await call.ProblemAsync(HttpStatusCode.ServiceUnavailable, "starting"), StringComparison.Ordinal);
        Assert.NotNull(call.Headers.RetryAfter);
        Assert.Equal("things", await http.GetStringAsync("/v1/things"));
    }

    [Fact]
    public async Task PrepareDatabaseAsync_FailureOfAnotherKind_IsThrown()
    {
        await using var service = NewService($"http://127.0.0.1:{FreePort.Take()}");

        await Assert.ThrowsAsync<InvalidDataException>(() => service.PrepareDatabaseAsync(_ => throw new InvalidDataException()));
    }

    private static WebApplication NewService(string url)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseUrls(url);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:thingsdb", Nobody)]);
        builder.AddServiceDefaults();
        builder.AddKeyedNpgsqlDataSource("thingsdb");
        var service = builder.Build();
        service.MapDefaultEndpoints();
        service.MapGet("/v1/things", () => "things");
        return service;
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null; // not yet
        }
    }
}
