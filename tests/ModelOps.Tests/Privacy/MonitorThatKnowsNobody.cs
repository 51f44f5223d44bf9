using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Quality;

namespace ModelOps.Tests.Privacy;

/// <summary>For erasures whose end another service is not needed for.</summary>
internal sealed class MonitorThatKnowsNobody : HttpMessageHandler
{
    public static void Answer(IWebHostBuilder host) => host.ConfigureTestServices(services =>
        services.AddHttpClient<MonitorClient>().ConfigurePrimaryHttpMessageHandler(() => new MonitorThatKnowsNobody()));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = JsonContent.Create(Array.Empty<ErasedPlace>()) });
}
