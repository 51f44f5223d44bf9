using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Profiles;
using ModelOps.Contracts.Runs;

namespace ModelOps.Dashboard.Pages.Profiles;

/// <summary>Hands a list of shoppers through as a file, for whoever is signed in to its store.</summary>
internal static class AudienceDownload
{
    private const string Path = "audiences/file";

    public static string Link(ProfileFilter filter) => $"{Path}?filter={Uri.EscapeDataString(JsonSerializer.Serialize(filter, JsonSerializerOptions.Web))}";

    public static void MapAudienceDownload(this IEndpointRouteBuilder app) => app.MapGet($"/{Path}", async (StoreId store, string filter, PipelineClient pipeline, HttpContext context) =>
    {
        try
        {
            var wanted = JsonSerializer.Deserialize<ProfileFilter>(filter, JsonSerializerOptions.Web);
            using var file = await pipeline.OpenProfilesAsync(store, new ProfileAudienceRequest(wanted, Sample: 0), context.RequestAborted);
            context.Response.ContentType = file.Content.Headers.ContentType?.ToString();
            context.Response.Headers.ContentDisposition = "attachment; filename=audience.csv";
            await file.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (JsonException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        catch (ServiceException exception)
        {
            context.Response.StatusCode = (int)exception.Status;
        }
    }).ExcludeFromDescription();
}
