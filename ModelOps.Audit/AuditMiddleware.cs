using System.Diagnostics;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Audit;
using ModelOps.ServiceDefaults.Access;
using Npgsql;

namespace ModelOps.Audit;

/// <summary>Writes every call that operates or administers into the log, before it is carried out. What cannot be written down is not carried out.</summary>
internal sealed class AuditMiddleware(RequestDelegate next, AuditLog log, TimeProvider time, ILogger<AuditMiddleware> logger)
{
    private const int LongestRequest = 16 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint || !IsWritten(context, endpoint))
        {
            await next(context);
            return;
        }
        var entry = await EntryOf(context, endpoint);
        await log.BeginAsync(new StoreId(context.User.FindFirstValue(StoreId.Claim) ?? ""), entry, context.RequestAborted);
        var started = time.GetTimestamp();
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            await EndAsync(context, entry.Id, status, time.GetElapsedTime(started));
        }
    }

    /// <summary>Also when the caller has gone meanwhile. What was done is done: that its outcome cannot be written down does not make it a failure.</summary>
    private async Task EndAsync(HttpContext context, Guid id, int status, TimeSpan took)
    {
        var evidence = context.Features.Get<AuditEvidence>();
        try
        {
            await log.EndAsync(id, status, took.TotalSeconds, evidence?.Before, evidence?.After, CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            logger.LogError("The outcome {Status} of the audited call {Id} could not be written down ({Reason})", status, id, exception.Message);
        }
    }

    private static bool IsWritten(HttpContext context, RouteEndpoint endpoint) =>
        context.User.Identity?.IsAuthenticated == true && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
        && RoleTable.NeedOf(endpoint, context.Request.Method) is AccessNeed.Operate or AccessNeed.Administer
        && endpoint.Metadata.GetMetadata<NotAudited>() is null
        && !context.User.IsInRole(RoleName.Publishable); // which everybody has, and which may not in any case

    private async Task<AuditEntry> EntryOf(HttpContext context, RouteEndpoint endpoint)
    {
        var now = time.GetUtcNow();
        var isPersonal = endpoint.Metadata.GetMetadata<PersonalInAudit>() is not null;
        var pattern = $"/{endpoint.RoutePattern.RawText!.Trim('/')}";
        return new AuditEntry(
            Guid.CreateVersion7(now), now, context.User.Identity?.Name ?? StoreAccess.KeyHolder, context.User.FindFirstValue(ClaimTypes.Role) ?? "",
            $"{context.Request.Method} {pattern}", isPersonal ? pattern : context.Request.Path + context.Request.QueryString,
            isPersonal ? null : await BodyOf(context.Request), null, null, null, null, Activity.Current?.TraceId.ToString());
    }

    /// <summary>The body where it is short and text; the endpoint reads it again.</summary>
    private static async Task<string?> BodyOf(HttpRequest request)
    {
        if (request.ContentLength is 0 or > LongestRequest || !IsText(request.ContentType))
            return null;
        request.EnableBuffering(2 * LongestRequest); // services send without a length: so much is looked at
        var bytes = new byte[LongestRequest + 1];
        var read = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        return read is 0 or > LongestRequest ? null : Encoding.UTF8.GetString(bytes, 0, read).Replace('\0', ' '); // PostgreSQL's text has none
    }

    private static bool IsText(string? type) => type is not null && (type.Contains("json", StringComparison.OrdinalIgnoreCase) || type.Contains("yaml", StringComparison.OrdinalIgnoreCase) || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase));
}
