using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Inference.Batching;

namespace ModelOps.Tests.Inference;

/// <summary>Who is let in while others are being answered; what is asked and how it is answered is the test's.</summary>
public sealed class AdmissionGateTests : IAsyncLifetime
{
    private readonly SemaphoreSlim entered = new(0);
    private readonly TaskCompletionSource answers = new();
    private WebApplication app = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Batching:MaxInFlight"] = "2" });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddBatching();
        app = builder.Build();
        foreach (var path in (string[])["/v1/recommendations", "/v1/recommendations/page", "/v2/models/own/infer"])
        {
            app.MapPost(path, async () =>
            {
                entered.Release();
                await answers.Task;
            });
        }
        app.MapPost("/v1/events", () => { });
        app.MapGet("/v2/health/live", () => { });
        await app.StartAsync();
        http = app.GetTestClient();
    }

    [Theory]
    [InlineData("/v1/recommendations")]
    [InlineData("/v1/recommendations/page")]
    [InlineData("/v2/models/own/infer")]
    public async Task OneTooMany_IsRefused_UntilOneIsAnswered(string path)
    {
        Task<HttpResponseMessage>[] answered = [PostAsync("/v1/recommendations"), PostAsync("/v2/models/own/infer")];
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        await entered.WaitAsync(TestContext.Current.CancellationToken);

        using (var refused = await PostAsync(path))
        {
            await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "overloaded");
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
            Assert.Equal("*", Assert.Single(refused.Headers.GetValues("Access-Control-Allow-Origin"))); // a shop's page may read why
        }
        using (var taken = await PostAsync("/v1/events"))
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        using (var alive = await http.GetAsync(new Uri("/v2/health/live", UriKind.Relative), TestContext.Current.CancellationToken))
            Assert.Equal(HttpStatusCode.OK, alive.StatusCode);

        answers.SetResult();
        foreach (var answer in answered)
        {
            using var response = await answer;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        using var next = await PostAsync(path);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string path) => http.PostAsync(new Uri(path, UriKind.Relative), null, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        entered.Dispose();
        await app.DisposeAsync();
    }
}
