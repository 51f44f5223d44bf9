using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.DataPrep.Sources.Packing;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.DataPrep.Mapping;

internal static class MappingsApi
{
    public static void MapMappings(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/mappings/suggest", SuggestAsync).Needs(AccessNeed.Look).DisableAntiforgery().WithTags("Mappings").WithMetadata(new DisableRequestSizeLimitAttribute())
            .WithSummary("Propose which column of a file holds what; send the file, or its first lines, as multipart/form-data");

    private static async Task<Results<Ok<MappingSuggestions>, ProblemHttpResult>> SuggestAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var folder = new WorkFolder();
        try
        {
            var upload = await Upload.ReceiveAsync(request, folder.Path, cancellationToken);
            var file = Package.Files(upload.Files[0])[0];
            return TypedResults.Ok(await Task.Run(() => MappingSuggester.Suggest(file, folder.Path), cancellationToken));
        }
        catch (UploadException exception)
        {
            return Problems.Refuse("upload", exception.Message, "The file cannot be read");
        }
    }
}
