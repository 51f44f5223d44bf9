using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Profiles;
using ModelOps.Contracts.Runs;
using ModelOps.Dashboard.Reading;

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
            await context.HandThroughAsync(token => pipeline.OpenProfilesAsync(store, new ProfileAudienceRequest(wanted, Sample: 0), token), "audience.csv");
        }
        catch (JsonException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }).ExcludeFromDescription();
}
