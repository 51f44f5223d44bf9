using System.Net;
using Azure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Hosting;
using ModelOps.ServiceDefaults;
using Npgsql;

namespace ModelOps.Tests.ServiceDefaults;

/// <summary>From the kind of error to HTTP, whichever service it happens in.</summary>
public sealed class ProblemTableTests
{
    public static TheoryData<string, HttpStatusCode, string> Table { get; } = new()
    {
        { "postgres-full", HttpStatusCode.InsufficientStorage, "disk-full" },
        { "disk-full", HttpStatusCode.InsufficientStorage, "disk-full" },
        { "no-container", HttpStatusCode.ServiceUnavailable, "store-unavailable" },
        { "blobs-ill", HttpStatusCode.ServiceUnavailable, "store-unavailable" },
        { "late", HttpStatusCode.ServiceUnavailable, "store-unavailable" },
    };

    private static readonly Dictionary<string, Exception> Errors = new()
    {
        ["postgres-full"] = new InvalidOperationException("saving", new PostgresException("could not extend file", "ERROR", "ERROR", "53100")),
        ["disk-full"] = new IOException("No space left on device : '/x'"),
        ["no-container"] = new RequestFailedException(404, "The specified container does not exist.", "ContainerNotFound", null),
        ["blobs-ill"] = new RequestFailedException(500, "Oh"),
        ["late"] = new TimeoutException("too late"),
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Error_BecomesProblemDetails(string error, HttpStatusCode status, string type)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseTestServer();
        builder.AddServiceDefaults();
        await using var service = builder.Build();
        service.MapDefaultEndpoints();
        service.MapGet("/fail", string () => throw Errors[error]);
        await service.StartAsync();
        using var http = service.GetTestClient();

        using var answer = await http.GetAsync("/fail");

        Assert.NotEmpty(await answer.ProblemAsync(status, type));
    }
}
