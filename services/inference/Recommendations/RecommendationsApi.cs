using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Recommendations;

/// <summary>Products for a shopper, a visit, a cart, or beside a product; one list, many, or a page of shelves.</summary>
internal static class RecommendationsApi
{
    public const string DefaultModel = "recommend";
    private const int MaxRequests = 100;

    public static IServiceCollection AddRecommendations(this IServiceCollection services)
    {
        services.AddOptions<AnswerCacheOptions>().BindConfiguration("Answers").ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<HiddenIds>().AddSingleton<Shoppers>().AddSingleton<AnswerCache>().AddSingleton<NearAnswers>().AddSingleton<Renewals>().AddSingleton<Answers>().AddSingleton<RoutedAnswers>().AddSingleton<Pages>();
    }

    public static void MapRecommendations(this IEndpointRouteBuilder app)
    {
        var recommendations = app.MapGroup("/v1/recommendations").AddEndpointFilter<RouteGroupBuilder, DeadlineFilter>().WithTags("Recommendations").Needs(AccessNeed.Predict).AllowShopPages();
        recommendations.MapPost("", RecommendAsync).WithSummary("Products for a shopper, a visit, a cart, or beside a product; best first");
        recommendations.MapPost("/batch", RecommendManyAsync).WithSummary("Up to 100 requests in one call");
        recommendations.MapPost("/page", RecommendPageAsync).WithSummary("Shelves of a page, none of which repeats a product of an earlier one");
        app.MapBulk();
    }

    private static async Task<Results<Ok<RecommendationResponse>, ProblemHttpResult>> RecommendAsync(
        StoreId store, RecommendationRequest request, Router router, DeploymentFollower deployments, RoutedAnswers answers, CancellationToken cancellationToken)
    {
        if (RequestCheck.Wrong(request) is { } wrong)
            return Refuse(wrong);
        request = RequestCheck.Named(request);
        var name = request.Model ?? DefaultModel;
        await KnowAsync(store, name, router, deployments, cancellationToken);
        return await answers.FindAsync(store, name, request, cancellationToken) is { } answer ? TypedResults.Ok(answer) : NothingDeployed(name);
    }

    private static async Task<Results<Ok<RecommendationBatchResponse>, ProblemHttpResult>> RecommendManyAsync(
        StoreId store, RecommendationBatch batch, Router router, DeploymentFollower deployments, RoutedAnswers answers, CancellationToken cancellationToken)
    {
        if (Wrong(batch) is { } wrong)
            return Refuse(wrong);
        var requests = batch.Requests!;
        foreach (var name in requests.Select(request => request.Model ?? DefaultModel).Distinct())
        {
            await KnowAsync(store, name, router, deployments, cancellationToken);
            if (!router.Knows(store, name))
                return NothingDeployed(name); // before anything is answered, which would count as shown
        }
        var found = await Task.WhenAll(requests.Select(request => answers.FindAsync(store, request.Model ?? DefaultModel, RequestCheck.Named(request), cancellationToken)));
        return Array.IndexOf(found, null) is >= 0 and var missing
            ? NothingDeployed(requests[missing].Model ?? DefaultModel)
            : TypedResults.Ok(new RecommendationBatchResponse(found!));
    }

    /// <returns>Null when nothing is wrong.</returns>
    public static string? Wrong(RecommendationBatch batch)
    {
        if (batch.Requests is not { Count: > 0 and <= MaxRequests } requests)
            return $"'requests' has {batch.Requests?.Count ?? 0} requests; it goes from 1 to {MaxRequests}.";
        foreach (var (index, request) in requests.Index())
        {
            if ((request is null ? "it is null." : RequestCheck.Wrong(request)) is { } wrong)
                return $"Request {index}: {wrong}";
        }
        return null;
    }

    private static async Task<Results<Ok<PageResponse>, ProblemHttpResult>> RecommendPageAsync(
        StoreId store, PageRequest page, Router router, DeploymentFollower deployments, Pages pages, CancellationToken cancellationToken)
    {
        if (Pages.Wrong(page) is { } wrong)
            return Refuse(wrong);
        var name = page.Model ?? DefaultModel;
        await KnowAsync(store, name, router, deployments, cancellationToken);
        return await pages.FillAsync(store, name, page, cancellationToken) is { } filled ? TypedResults.Ok(filled) : NothingDeployed(name);
    }

    public static ProblemHttpResult NothingDeployed(string model) => Problems.Of(
        StatusCodes.Status404NotFound, "nothing-deployed", "Nothing is deployed",
        $"No version of the model '{model}' is deployed for this store. Upload a dataset to data-prep and run the pipeline, or set the alias champion in the registry.");

    public static ProblemHttpResult Refuse(string wrong) => Problems.Refuse("recommendation-request", wrong);

    public static async Task KnowAsync(StoreId store, string model, Router router, DeploymentFollower deployments, CancellationToken cancellationToken)
    {
        if (!router.Knows(store, model))
            await deployments.AskNowAsync(cancellationToken);
    }
}
