using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Consents;
using ModelOps.Inference.Deployments;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Recommendations;

/// <summary>
/// Answers that nobody sees now, as for an export: the champion's, few at once so that shoppers go first, neither kept in the cache nor
/// logged as shown.
/// </summary>
internal static class BulkApi
{
    private const int AtOnce = 4;

    public static void MapBulk(this IEndpointRouteBuilder app) => app.MapPost("/v1/recommendations/bulk", RecommendAsync).Needs(AccessNeed.Predict)
        .AddEndpointFilter<RouteHandlerBuilder, DeadlineFilter>().WithTags("Recommendations").WithSummary("Up to 100 requests for one model, behind the shoppers': neither cached nor logged as shown");

    private static async Task<Results<Ok<BulkResponse>, ProblemHttpResult>> RecommendAsync(
        StoreId store, RecommendationBatch batch, Router router, DeploymentFollower deployments, Answers answers, LiveConsents consents, CancellationToken cancellationToken)
    {
        if (RecommendationsApi.Wrong(batch) is { } wrong)
            return RecommendationsApi.Refuse(wrong);
        var requests = batch.Requests!;
        var name = requests[0].Model ?? RecommendationsApi.DefaultModel;
        if (requests.Any(request => (request.Model ?? RecommendationsApi.DefaultModel) != name))
            return RecommendationsApi.Refuse("The requests name different models. Send those of each model in a call of their own.");
        await RecommendationsApi.KnowAsync(store, name, router, deployments, cancellationToken);
        if (router.UseChampion(store, name) is not { } use)
            return RecommendationsApi.NothingDeployed(name);
        using (use)
        {
            var found = new List<RecommendedItem>[requests.Count];
            await Parallel.ForAsync(0, requests.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (index, token) =>
                found[index] = await answers.ComputeAsync(use.Model, consents.Honour(store, RequestCheck.Named(requests[index])), token));
            return TypedResults.Ok(new BulkResponse(new ModelReference(use.Model.Name, use.Model.Version), found));
        }
    }
}
