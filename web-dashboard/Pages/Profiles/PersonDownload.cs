using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;

namespace ModelOps.Dashboard.Pages.Profiles;

/// <summary>Hands what is kept of a person through as a file, for administrators of the store.</summary>
internal static class PersonDownload
{
    private const string Path = "persons/file";

    public static string Link(string user) => $"{Path}?user={Uri.EscapeDataString(user)}";

    public static void MapPersonDownload(this IEndpointRouteBuilder app) => app.MapGet($"/{Path}", async (StoreId store, string user, DataPrepClient dataPrep, HttpContext context) =>
    {
        try
        {
            using var file = await dataPrep.OpenPersonAsync(store, user, context.RequestAborted);
            context.Response.ContentType = file.Content.Headers.ContentType?.ToString();
            context.Response.Headers.ContentDisposition = "attachment; filename=person.json";
            await file.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (ServiceException exception)
        {
            context.Response.StatusCode = (int)exception.Status;
        }
    }).ExcludeFromDescription();
}
