using ModelOps.Contracts.Clients;

namespace ModelOps.Dashboard.Reading;

/// <summary>A file of a service, handed through to the browser as it comes.</summary>
internal static class HandedThrough
{
    /// <param name="open">Asks the service; what it refuses, the browser is refused.</param>
    /// <param name="name">Of the file; null where the service says it.</param>
    public static async Task HandThroughAsync(this HttpContext context, Func<CancellationToken, Task<HttpResponseMessage>> open, string? name = null)
    {
        try
        {
            using var file = await open(context.RequestAborted);
            (context.Response.ContentType, context.Response.ContentLength) = (file.Content.Headers.ContentType?.ToString(), file.Content.Headers.ContentLength);
            context.Response.Headers.ContentDisposition = name is null ? file.Content.Headers.ContentDisposition?.ToString() : $"attachment; filename={name}";
            await file.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (ServiceException exception)
        {
            context.Response.StatusCode = (int)exception.Status;
        }
    }
}
