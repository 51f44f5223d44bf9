using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.ServiceDefaults;

namespace ModelOps.Inference.Recommendations;

/// <summary>Products for a shopper.</summary>
internal static class RecommendationsApi
{
    public const string DefaultModel = "recommend";
    private const int MaxCount = 200;
    private const int MaxHistory = 1000;

    public static IServiceCollection AddRecommendations(this IServiceCollection services) => services
        .AddSingleton<Shoppers>().AddSingleton<AnswerCache>().AddSingleton<Answers>().AddSingleton<RoutedAnswers>();

    public static void MapRecommendations(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/recommendations", RecommendAsync).AddEndpointFilter<RouteHandlerBuilder, DeadlineFilter>().WithTags("Recommendations").WithSummary("Products for a shopper, best first");

    private static async Task<Results<Ok<RecommendationResponse>, ProblemHttpResult>> RecommendAsync(
        StoreId store, RecommendationRequest request, Router router, DeploymentFollower deployments, RoutedAnswers answers, CancellationToken cancellationToken)
    {
        if (Wrong(request) is { } wrong)
            return Problems.Refuse("recommendation-request", wrong);
        var name = request.Model ?? DefaultModel;
        if (!router.Knows(store, name))
            await deployments.AskNowAsync(cancellationToken);
        return await answers.FindAsync(store, name, request, cancellationToken) is { } answer ? TypedResults.Ok(answer) : NothingDeployed(name);
    }

    public static ProblemHttpResult NothingDeployed(string model) => Problems.Of(
        StatusCodes.Status404NotFound, "nothing-deployed", "Nothing is deployed",
        $"No version of the model '{model}' is deployed for this store. Upload a dataset to data-prep and run the pipeline, or set the alias champion in the registry.");

    private static string? Wrong(RecommendationRequest request) =>
        request.Count is < 1 or > MaxCount ? $"'count' is {request.Count}; it goes from 1 to {MaxCount}."
        : request.History?.Count > MaxHistory ? $"'history' has {request.History.Count} products; at most {MaxHistory}."
        : request.History?.Any(id => id is null) == true || request.Exclude?.Any(id => id is null) == true ? "'history' and 'exclude' list product ids; one of them is null."
        : null;
}
