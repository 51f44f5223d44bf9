using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Dashboard.Reading;

namespace ModelOps.Dashboard.Pages.Profiles;

/// <summary>Hands what is kept of a person through as a file; the service holds the role against it.</summary>
internal static class PersonDownload
{
    private const string Path = "persons/file";

    public static string Link(string user) => $"{Path}?user={Uri.EscapeDataString(user)}";

    public static void MapPersonDownload(this IEndpointRouteBuilder app) => app.MapGet($"/{Path}", (StoreId store, string user, DataPrepClient dataPrep, HttpContext context) =>
        context.HandThroughAsync(token => dataPrep.OpenPersonAsync(store, user, token), "person.json")).ExcludeFromDescription();
}
