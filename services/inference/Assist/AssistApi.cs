using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Models;
using ModelOps.Inference.Recommendations;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Assist;

/// <summary>Customer service: answers to messages, and classes of texts.</summary>
internal static class AssistApi
{
    public const string DefaultModel = "assist";
    private const int LongestMessage = 10_000, MostTexts = 256, MostProbabilities = 5;

    public static IServiceCollection AddAssist(this IServiceCollection services)
    {
        services.AddOptions<AssistOptions>().BindConfiguration("Assist").ValidateDataAnnotations()
            .Validate(options => options.Orders.AllowedNetworks.All(network => IPNetwork.TryParse(network, out _)), "Assist:Orders:AllowedNetworks lists networks, as 10.1.0.0/16.")
            .ValidateOnStart();
        return services.AddSingleton<Conversations>().AddSingleton<OrderSystem>().AddSingleton<IProductFinder, SearchedProducts>().AddSingleton<IProductFinder, RecommendedProducts>().AddSingleton<Wording>().AddSingleton<AssistMetrics>().AddSingleton<FaqFinder>().AddSingleton<Assistant>();
    }

    public static void MapAssist(this IEndpointRouteBuilder app)
    {
        var assist = app.MapGroup("/v1").AddEndpointFilter<RouteGroupBuilder, DeadlineFilter>().WithTags("Assist").Needs(AccessNeed.Predict);
        assist.MapPost("/assist", AnswerAsync).WithSummary("An answer to a customer's message, with its sources, or a hand-over to a person");
        assist.MapPost("/classify", ClassifyAsync).WithSummary("The classes of up to 256 texts, with calibrated confidence");
    }

    private static async Task<Results<Ok<AssistResponse>, ProblemHttpResult>> AnswerAsync(
        StoreId store, AssistRequest request, Router router, DeploymentFollower deployments, Assistant assistant, CancellationToken cancellationToken)
    {
        if (WrongText("'message'", request.Message) is { } wrong)
            return Problems.Refuse("assist-request", wrong);
        if ((RequestCheck.WrongId("user", request.User) ?? RequestCheck.WrongId("conversation", request.Conversation)) is { } wrongId)
            return Problems.Refuse("assist-request", wrongId);
        var name = request.Model ?? DefaultModel;
        await RecommendationsApi.KnowAsync(store, name, router, deployments, cancellationToken);
        if (router.UseRouted(store, name, request.User) is not { } routed)
            return NothingDeployed(name);
        using (routed.Use)
            return routed.Use.Model is AssistModel model ? TypedResults.Ok(await assistant.AnswerAsync(store, model, routed.Arm, request, cancellationToken)) : OtherKind(name);
    }

    private static async Task<Results<Ok<ClassifyResponse>, ProblemHttpResult>> ClassifyAsync(
        StoreId store, ClassifyRequest request, Router router, DeploymentFollower deployments, CancellationToken cancellationToken)
    {
        if (request.Texts is not { Count: > 0 and <= MostTexts } texts)
            return Problems.Refuse("classify-request", $"'texts' has {request.Texts?.Count ?? 0} texts; it goes from 1 to {MostTexts}.");
        foreach (var (index, text) in texts.Index())
        {
            if (WrongText($"Text {index}", text) is { } wrong)
                return Problems.Refuse("classify-request", wrong);
        }
        var name = request.Model ?? DefaultModel;
        await RecommendationsApi.KnowAsync(store, name, router, deployments, cancellationToken);
        if (router.UseLoaded(store, name, null) is not { } use)
            return NothingDeployed(name);
        using (use)
        {
            if (use.Model is not AssistModel model)
                return OtherKind(name);
            var results = new List<Classification>(texts.Count);
            foreach (var text in texts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                results.Add(Classify(model, text));
            }
            return TypedResults.Ok(new ClassifyResponse(new ModelReference(model.Name, model.Version), results));
        }
    }

    private static Classification Classify(AssistModel model, string text)
    {
        var (judgement, intents) = (model.Judge(text), model.Settings.Intents);
        var likeliest = judgement.Probabilities.Index().OrderByDescending(intent => intent.Item).Take(MostProbabilities).ToDictionary(intent => intents[intent.Index], intent => Math.Round(intent.Item, 6));
        return new Classification(
            intents[judgement.Best], Math.Round(judgement.Probabilities[judgement.Best], 6), Math.Round(judgement.OutOfScope, 6), judgement.OutOfScope >= model.Settings.Scope.Threshold, likeliest);
    }

    private static string? WrongText(string what, string? text) =>
        string.IsNullOrWhiteSpace(text) ? $"{what} is empty. Send what the customer wrote."
        : text.Length > LongestMessage ? $"{what} has {text.Length} characters; at most {LongestMessage}."
        : null;

    private static ProblemHttpResult NothingDeployed(string model) => Problems.Of(
        StatusCodes.Status404NotFound, "nothing-deployed", "Nothing is deployed",
        $"No version of the model '{model}' is deployed for this store. Upload messages to data-prep and run the pipeline assist, or set the alias champion in the registry.");

    private static ProblemHttpResult OtherKind(string model) => Problems.Of(
        StatusCodes.Status409Conflict, "other-kind", "The model is of another kind", $"'{model}' does not classify messages. Name a model that the application assist has trained.");
}
