using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;

namespace ModelOps.Dashboard.Pages.Models;

/// <summary>Hands an export's file through, for whoever is signed in to its store.</summary>
internal static class ExportDownload
{
    public static void MapExportDownload(this IEndpointRouteBuilder app) => app.MapGet("/exports/{id:guid}", async (StoreId store, Guid id, PipelineClient pipeline, HttpContext context) =>
    {
        try
        {
            using var file = await pipeline.OpenExportAsync(store, id, context.RequestAborted);
            (context.Response.ContentType, context.Response.ContentLength) = (file.Content.Headers.ContentType?.ToString(), file.Content.Headers.ContentLength);
            context.Response.Headers.ContentDisposition = file.Content.Headers.ContentDisposition?.ToString();
            await file.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (ServiceException exception)
        {
            context.Response.StatusCode = (int)exception.Status;
        }
    }).ExcludeFromDescription();
}
