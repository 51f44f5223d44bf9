using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.EventLog;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Events;
using ModelOps.Inference.Models;
using ModelOps.ServiceDefaults;

namespace ModelOps.Inference.Recommendations;

/// <summary>Products for a shopper.</summary>
internal static class RecommendationsApi
{
    public const string DefaultModel = "recommend";
    private const int MaxCount = 200;
    private const int MaxHistory = 1000;

    public static IServiceCollection AddRecommendations(this IServiceCollection services) => services.AddSingleton<Shoppers>().AddSingleton<AnswerCache>();

    public static void MapRecommendations(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/recommendations", RecommendAsync).WithTags("Recommendations").WithSummary("Products for a shopper, best first");

    private static async Task<Results<Ok<RecommendationResponse>, ProblemHttpResult>> RecommendAsync(
        StoreId store, RecommendationRequest request, LoadedModels models, DeploymentFollower deployments, Shoppers shoppers, AnswerCache cache, ImpressionLog impressions, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        if (Wrong(request) is { } wrong)
            return Problems.Refuse("recommendation-request", wrong);
        var name = request.Model ?? DefaultModel;
        var found = models.Use(store, name);
        if (found is null)
        {
            await deployments.AskNowAsync(cancellationToken);
            found = models.Use(store, name);
        }
        if (found is not { } use)
            return NothingDeployed(name);

        using (use)
        {
            var (items, cached) = await AnswerAsync(store, use.Model, request, shoppers, cache, cancellationToken);
            var token = Guid.CreateVersion7().ToString("N");
            impressions.Add(new Impression(
                store, token, time.GetUtcNow(), use.Model.Name, use.Model.Version, request.User, [.. items.Select(item => item.Id)], cached, Stopwatch.GetElapsedTime(started).TotalSeconds));
            return TypedResults.Ok(new RecommendationResponse(items, new ModelReference(use.Model.Name, use.Model.Version), token, cached));
        }
    }

    private static async Task<(List<RecommendedItem> Items, bool Cached)> AnswerAsync(
        StoreId store, RecommendationModel model, RecommendationRequest request, Shoppers shoppers, AnswerCache cache, CancellationToken cancellationToken)
    {
        var subject = request.History is { } history ? AnswerCache.SubjectOf(history) : AnswerCache.SubjectOf(request.User ?? "");
        var question = AnswerCache.QuestionOf(request, model.Name, model.Version);
        if (await cache.FindAsync(store, subject, question) is { } kept)
            return (kept, true);

        var shopper = request.History is not null ? Shopper.FromHistory(model, request.History)
            : request.User is not null ? await shoppers.FindAsync(model, request.User, cancellationToken)
            : new Shopper([], new Dictionary<int, float>());
        var items = Recommender.Recommend(model, shopper, request);
        cache.Keep(store, subject, question, items);
        return (items, false);
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
