using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Batching;

namespace ModelOps.Tests.Inference;

/// <summary>What a caller is told when an answer would come too late; the endpoint's work and the clock are the test's.</summary>
public sealed class DeadlineTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new();
    private readonly TaskCompletionSource begun = new();
    private Func<CancellationToken, Task> work = _ => Task.CompletedTask;
    private WebApplication app = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(TestBatching.Host(new BatchingOptions { DefaultDeadlineMilliseconds = 700 }, time));
        app = builder.Build();
        app.MapPost("/", async (RecommendationRequest request, CancellationToken cancellationToken) =>
        {
            begun.TrySetResult();
            await work(cancellationToken);
            return Results.Ok(time.GetElapsedTime(time.GetTimestamp(), Deadline.Current!.At).TotalMilliseconds);
        }).AddEndpointFilter<RouteHandlerBuilder, DeadlineFilter>();
        await app.StartAsync();
        http = app.GetTestClient();
    }

    [Theory]
    [InlineData("{}", null, "700")]
    [InlineData("""{"deadlineMs":50}""", null, "50")]
    [InlineData("""{"deadlineMs":50}""", "20", "20")]
    public async Task Deadline_HeaderBeforeBodyBeforeDefault(string body, string? header, string milliseconds)
    {
        using var response = await SendAsync(body, header);

        Assert.Equal(milliseconds, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("{}", "soon")]
    [InlineData("{}", "-1")]
    [InlineData("""{"deadlineMs":0}""", null)]
    public async Task Deadline_NoPositiveNumber_IsRefused(string body, string? header)
    {
        using var response = await SendAsync(body, header);

        await response.ProblemAsync(HttpStatusCode.BadRequest, "deadline");
    }

    [Fact]
    public async Task Passed_WhileWorking_Is504()
    {
        work = cancellationToken => Task.Delay(Timeout.Infinite, cancellationToken);
        var answer = SendAsync("{}", "100");
        await begun.Task;

        time.Advance(TimeSpan.FromMilliseconds(101));

        using var response = await answer;
        Assert.Contains("100 ms", await response.ProblemAsync(HttpStatusCode.GatewayTimeout, "deadline-passed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passed_InTheQueue_Is504()
    {
        work = _ => throw new DeadlinePassedException();

        using var response = await SendAsync("{}", null);

        await response.ProblemAsync(HttpStatusCode.GatewayTimeout, "deadline-passed");
    }

    [Fact]
    public async Task Overloaded_Is429_AndSaysWhenToComeAgain()
    {
        work = _ => throw new OverloadedException("Too many.", TimeSpan.FromSeconds(2.5));

        using var response = await SendAsync("{}", null);

        await response.ProblemAsync(HttpStatusCode.TooManyRequests, "overloaded");
        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter?.Delta);
    }

    private async Task<HttpResponseMessage> SendAsync(string body, string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        if (header is not null)
            request.Headers.Add(DeadlineFilter.Header, header);
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }
}
