using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using Azure;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ModelOps.ServiceDefaults;

/// <summary>
/// From the kind of error to HTTP, for what no endpoint answers itself. A body that cannot be read is the caller's (400, with the
/// place); a database, cache or blob storage that is away passes (503 with <c>Retry-After</c>); a full disk names itself (507).
/// Never a stack trace.
/// </summary>
internal sealed class ProblemTable(IProblemDetailsService problems, ILogger<ProblemTable> logger) : IExceptionHandler
{
    private const string DiskFullSqlState = "53100";
    private const string Unstorable = "22021"; // PostgreSQL: character_not_in_repertoire
    private const string ContainerNotFound = "ContainerNotFound";
    private const string Missing = "missing required properties including: "; // System.Text.Json says so

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (Causes(exception).Select(Describe).FirstOrDefault(found => found is not null) is not { } problem)
            return false;
        if (problem.Status >= StatusCodes.Status500InternalServerError)
            logger.LogWarning("{Title} while answering {Method} {Path}: {Reason}", problem.Title, context.Request.Method, context.Request.Path, exception.GetBaseException().Message);
        context.Response.StatusCode = problem.Status!.Value;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "2";
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
    }

    private static ProblemDetails? Describe(Exception cause) => cause switch
    {
        JsonException json => Problem(StatusCodes.Status400BadRequest, "json", "The body cannot be read", $"{Fault(json)} (line {json.LineNumber + 1}, byte {json.BytePositionInLine})."),
        BadHttpRequestException { InnerException: JsonException } => null, // the cause says more
        BadHttpRequestException request => Problem(request.StatusCode, "request", "The request cannot be read", request.Message),
        IOException io when IsDiskFull(io) => DiskFull("The disk that holds ModelOps' data"),
        DbException { SqlState: DiskFullSqlState } => DiskFull("PostgreSQL's disk"),
        DbException other when IsDiskFull(other) => DiskFull("The disk that holds ModelOps' data"), // DuckDB
        DbException { SqlState: Unstorable } => Problem(
            StatusCodes.Status400BadRequest, "text", "A text cannot be kept", "Something in the request holds the character U+0000, which no database of this service can keep. Leave it out."),
        RequestFailedException { ErrorCode: ContainerNotFound } => Problem(
            StatusCodes.Status503ServiceUnavailable, "store-unavailable", "Something this service needs is not there",
            "The service's blob container does not exist. ModelOps.AppHost makes it; elsewhere make the container that the connection string names."),
        RequestFailedException { Status: >= 500 } blobs => Problem(
            StatusCodes.Status503ServiceUnavailable, "store-unavailable", "Something this service needs is not reachable", $"Blob storage answered {blobs.Status}. Try again shortly."),
        DbException { IsTransient: true } or SocketException or TimeoutException or BrokenCircuitException or TimeoutRejectedException or HttpRequestException { StatusCode: null } =>
            Problem(StatusCodes.Status503ServiceUnavailable, "store-unavailable", "Something this service needs is not reachable", $"{cause.Message.TrimEnd('.')}. Try again shortly."),
        _ => null,
    };

    /// <summary>A parser's error wraps another of its kind; a value of the wrong type names its path; what is missing is named in the message alone.</summary>
    private static string Fault(JsonException json) =>
        json is { InnerException: not JsonException, Path.Length: > 1 } ? $"{json.Path.TrimStart('$', '.')}: the value has the wrong type"
        : json.Message.IndexOf(Missing, StringComparison.Ordinal) is >= 0 and var at ? $"Missing: {json.Message[(at + Missing.Length)..].Split('.')[0]}"
        : "The body is not valid JSON";

    private static bool IsDiskFull(Exception cause) => cause.Message.Contains("No space left", StringComparison.Ordinal);

    private static ProblemDetails DiskFull(string where) =>
        Problem(StatusCodes.Status507InsufficientStorage, "disk-full", "The disk is full", $"{where} has no space left. Free some; nothing already accepted is lost.");

    private static ProblemDetails Problem(int status, string type, string title, string detail) =>
        new() { Status = status, Type = Problems.TypePrefix + type, Title = title, Detail = detail };

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }
}
