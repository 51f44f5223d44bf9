using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Recommendations;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Search;

/// <summary>Products for words, and words for their beginning.</summary>
internal static class SearchApi
{
    public const string DefaultModel = "search";

    public static IServiceCollection AddSearch(this IServiceCollection services) => services.AddSingleton<Searches>().AddSingleton<QueryVectors>().AddSingleton<RereadProducts>().AddSingleton<SearchMetrics>()
        .AddOptions<SearchOptions>().BindConfiguration("Search").ValidateDataAnnotations().ValidateOnStart().Services;

    public static void MapSearch(this IEndpointRouteBuilder app)
    {
        var search = app.MapGroup("/v1/search").AddEndpointFilter<RouteGroupBuilder, DeadlineFilter>().WithTags("Search").Needs(AccessNeed.Predict).AllowShopPages();
        search.MapPost("", SearchAsync).WithSummary("Products for a shopper's words, best first, with facets");
        search.MapGet("/suggest", SuggestAsync).WithSummary("Completions of what a shopper has typed so far");
    }

    private static async Task<Results<Ok<SearchResponse>, ProblemHttpResult>> SearchAsync(
        StoreId store, SearchRequest request, ClaimsPrincipal caller, Router router, DeploymentFollower deployments, Searches searches, CancellationToken cancellationToken)
    {
        if (SearchCheck.Wrong(request) is { } wrong)
            return Problems.Refuse("search-request", wrong);
        if (request.Explain && caller.IsInRole(RoleName.Publishable))
            return Problems.Refuse("search-request", "'explain' tells how the shop ranks; it is not for a publishable key. Leave it out, or ask with a key of the shop's own.");
        request = request with { User = string.IsNullOrEmpty(request.User) ? null : request.User, Session = string.IsNullOrEmpty(request.Session) ? null : request.Session };
        var name = request.Model ?? DefaultModel;
        await RecommendationsApi.KnowAsync(store, name, router, deployments, cancellationToken);
        return await searches.FindAsync(store, name, request, cancellationToken) is { } answer ? TypedResults.Ok(answer) : NothingDeployed(name);
    }

    private static async Task<Results<Ok<SuggestResponse>, ProblemHttpResult>> SuggestAsync(
        StoreId store, Router router, DeploymentFollower deployments, Searches searches, CancellationToken cancellationToken, string q = "", int count = 8, string model = DefaultModel)
    {
        if (count is < 1 or > SearchCheck.MostSuggestions)
            return Problems.Refuse("search-request", $"'count' is {count}; it goes from 1 to {SearchCheck.MostSuggestions}.");
        await RecommendationsApi.KnowAsync(store, model, router, deployments, cancellationToken);
        return searches.Suggest(store, model, q, count) is { } answer ? TypedResults.Ok(answer) : NothingDeployed(model);
    }

    private static ProblemHttpResult NothingDeployed(string model) => Problems.Of(
        StatusCodes.Status404NotFound, "nothing-deployed", "No search is deployed",
        $"No version of a search model '{model}' is deployed for this store. Upload products to data-prep and run the pipeline 'search', or set the alias champion in the registry.");
}
