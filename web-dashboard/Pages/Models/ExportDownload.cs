using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Dashboard.Reading;

namespace ModelOps.Dashboard.Pages.Models;

/// <summary>Hands an export's file through, for whoever is signed in to its store.</summary>
internal static class ExportDownload
{
    public static void MapExportDownload(this IEndpointRouteBuilder app) => app.MapGet("/exports/{id:guid}", (StoreId store, Guid id, PipelineClient pipeline, HttpContext context) =>
        context.HandThroughAsync(token => pipeline.OpenExportAsync(store, id, token))).ExcludeFromDescription();
}
