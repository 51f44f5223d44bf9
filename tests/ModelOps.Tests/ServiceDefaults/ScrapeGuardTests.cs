using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.ServiceDefaults;

public sealed class ScrapeGuardTests(Stores stores)
{
    [Fact]
    public async Task Metrics_WithATokenConfigured_AreGivenForItAlone()
    {
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder.UseSetting("Metrics:Token", "let-me-see"));
        using var http = service.CreateClient();

        await (await http.GetAsync("/metrics")).ProblemAsync(HttpStatusCode.Unauthorized, "metrics-token");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/metrics", "let-me-se"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/METRICS/", "x"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/metrics", "let-me-see"));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/alive")).StatusCode);

        async Task<HttpStatusCode> AskAsync(string path, string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await http.SendAsync(request);
            return response.StatusCode;
        }
    }
}
