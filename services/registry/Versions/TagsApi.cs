using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Registry.Versions;

/// <summary>Tags and descriptions of models and versions: what people note about them. Each change is one statement, so two at once both count.</summary>
internal static partial class TagsApi
{
    private const int LongestValue = 5000;

    public static void MapTags(this IEndpointRouteBuilder app)
    {
        var model = app.MapGroup("/v1/models/{model}").WithTags("Tags");
        model.MapPut("/tags/{tag}", SetModelTagAsync);
        model.MapDelete("/tags/{tag}", DeleteModelTagAsync);
        model.MapPatch("", DescribeModelAsync);
        model.MapPut("/versions/{version:int}/tags/{tag}", SetVersionTagAsync);
        model.MapDelete("/versions/{version:int}/tags/{tag}", DeleteVersionTagAsync);
        model.MapPatch("/versions/{version:int}", DescribeVersionAsync);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SetModelTagAsync(StoreId store, string model, string tag, TagValue value, RegistryDb database, CancellationToken cancellationToken)
    {
        if (Wrong(tag, value.Value) is { } wrong)
            return wrong;
        return await SetAsync(store, model, database, () => database.Database.ExecuteSqlAsync($"""
            INSERT INTO models (store, model, description, tags) VALUES ({store.Value}, {model}, '', jsonb_build_object({tag}::text, {value.Value}::text))
            ON CONFLICT (store, model) DO UPDATE SET tags = models.tags || excluded.tags
            """, cancellationToken), cancellationToken);
    }

    private static async Task<NoContent> DeleteModelTagAsync(StoreId store, string model, string tag, RegistryDb database, CancellationToken cancellationToken)
    {
        await database.Database.ExecuteSqlAsync($"UPDATE models SET tags = tags - {tag}::text WHERE store = {store.Value} AND model = {model}", cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DescribeModelAsync(StoreId store, string model, DescriptionRequest request, RegistryDb database, CancellationToken cancellationToken)
    {
        if (TooLong(request.Description) is { } wrong)
            return wrong;
        return await SetAsync(store, model, database, () => database.Database.ExecuteSqlAsync($$"""
            INSERT INTO models (store, model, description, tags) VALUES ({{store.Value}}, {{model}}, {{request.Description}}, jsonb_build_object())
            ON CONFLICT (store, model) DO UPDATE SET description = excluded.description
            """, cancellationToken), cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SetVersionTagAsync(
        StoreId store, string model, int version, string tag, TagValue value, RegistryDb database, CancellationToken cancellationToken)
    {
        if ((Wrong(tag, value.Value) ?? Fixed(tag)) is { } wrong)
            return wrong;
        return Outcome(model, version, await database.Database.ExecuteSqlAsync(
            $"UPDATE versions SET tags = tags || jsonb_build_object({tag}::text, {value.Value}::text) WHERE store = {store.Value} AND model = {model} AND version = {version}", cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteVersionTagAsync(StoreId store, string model, int version, string tag, RegistryDb database, CancellationToken cancellationToken)
    {
        if (Fixed(tag) is { } wrong)
            return wrong;
        return Outcome(model, version, await database.Database.ExecuteSqlAsync(
            $"UPDATE versions SET tags = tags - {tag}::text WHERE store = {store.Value} AND model = {model} AND version = {version}", cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DescribeVersionAsync(
        StoreId store, string model, int version, DescriptionRequest request, RegistryDb database, CancellationToken cancellationToken)
    {
        if (TooLong(request.Description) is { } wrong)
            return wrong;
        return Outcome(model, version, await database.Versions.Where(row => row.Store == store.Value && row.Model == model && row.Version == version)
            .ExecuteUpdateAsync(row => row.SetProperty(one => one.Description, request.Description), cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SetAsync(StoreId store, string model, RegistryDb database, Func<Task> set, CancellationToken cancellationToken)
    {
        if (!await database.Versions.AnyAsync(row => row.Store == store.Value && row.Model == model, cancellationToken))
            return Problems.NotFound($"There is no registered model '{model}'.");
        await set();
        return TypedResults.NoContent();
    }

    private static Results<NoContent, ProblemHttpResult> Outcome(string model, int version, int rows) =>
        rows > 0 ? TypedResults.NoContent() : Problems.NotFound($"The model '{model}' has no version {version}.");

    private static ProblemHttpResult? Wrong(string tag, string value) => !TagName().IsMatch(tag)
        ? Problems.Refuse("tag", $"'{tag}' is no name for a tag: letters, digits, '.', '-' and '_', at most 100.")
        : TooLong(value);

    private static ProblemHttpResult? TooLong(string text) => text.Length > LongestValue
        ? Problems.Refuse("tag", $"The text has {text.Length} characters; {LongestValue} are kept. Shorten it, or put it where the model's documents are and note the address.")
        : null;

    private static ProblemHttpResult? Fixed(string tag) => LineageTags.All.Contains(tag)
        ? Problems.Conflict("tag-lineage", $"The tag '{tag}' says where the version comes from and does not change. Use another name.")
        : null;

    [GeneratedRegex(@"^[\w.-]{1,100}$")]
    private static partial Regex TagName();
}
