using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Privacy;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Consents;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Recommendations;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Campaigns;

/// <summary>What to contact a user with, if with anything.</summary>
internal static class CampaignsApi
{
    public const string DefaultModel = "campaigns";

    /// <summary>The name of the group that all campaigns leave alone.</summary>
    public const string HeldOutName = "campaigns";

    private const int MaxRequests = 1000;
    private const double MostValue = 1e9;

    public static void MapCampaigns(this IEndpointRouteBuilder app)
    {
        var campaigns = app.MapGroup("/v1/campaigns").AddEndpointFilter<RouteGroupBuilder, DeadlineFilter>().WithTags("Campaigns").Needs(AccessNeed.Predict);
        campaigns.MapPost("", RankAsync).WithSummary("Campaigns for a user by what they are expected to change, with intervals, costs and reasons");
        campaigns.MapPost("/batch", RankManyAsync).WithSummary("Up to 1,000 requests for one model");
    }

    private static async Task<Results<Ok<CampaignResponse>, ProblemHttpResult>> RankAsync(
        StoreId store, CampaignRequest request, Router router, DeploymentFollower deployments, LiveConsents consents, HiddenIds hidden, CancellationToken cancellationToken)
    {
        var (answers, problem) = await AnswerAsync(store, [request], router, deployments, consents, hidden, cancellationToken);
        return problem is null ? TypedResults.Ok(answers[0]) : problem;
    }

    private static async Task<Results<Ok<CampaignBatchResponse>, ProblemHttpResult>> RankManyAsync(
        StoreId store, CampaignBatch batch, Router router, DeploymentFollower deployments, LiveConsents consents, HiddenIds hidden, CancellationToken cancellationToken)
    {
        if (batch.Requests is not { Count: > 0 and <= MaxRequests } requests || requests.Contains(null!))
            return Refuse($"'requests' has {batch.Requests?.Count ?? 0} requests; it goes from 1 to {MaxRequests}, none of them null.");
        if (requests.Select(request => request.Model ?? DefaultModel).Distinct().Count() > 1)
            return Refuse("The requests name several models. Send a batch for each.");
        var (answers, problem) = await AnswerAsync(store, requests, router, deployments, consents, hidden, cancellationToken);
        return problem is null ? TypedResults.Ok(new CampaignBatchResponse(answers)) : problem;
    }

    private static async Task<(IReadOnlyList<CampaignResponse> Answers, ProblemHttpResult? Problem)> AnswerAsync(
        StoreId store, IReadOnlyList<CampaignRequest> requests, Router router, DeploymentFollower deployments, LiveConsents consents, HiddenIds hidden, CancellationToken cancellationToken)
    {
        var name = requests[0].Model ?? DefaultModel;
        await RecommendationsApi.KnowAsync(store, name, router, deployments, cancellationToken);
        var answers = new CampaignResponse[requests.Count];
        var packaged = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var user in requests.Select(request => request.User).OfType<string>())
            packaged[user] = await hidden.OfAsync(store, user, cancellationToken);
        // In a rollout users have different versions; those of one are asked together.
        foreach (var group in requests.Index().GroupBy(pair => router.ArmOf(store, name, pair.Item.User)))
        {
            if (router.UseRouted(store, name, group.First().Item.User) is not { } found)
                return ([], RecommendationsApi.NothingDeployed(name));
            using var use = found.Use;
            if (use.Model is not CampaignModel model)
                return ([], Refuse($"The model '{name}' is not of campaigns. Name another in 'model'."));
            foreach (var (index, request) in group)
            {
                if (Wrong(request, model) is { } wrong)
                    return ([], Refuse(requests.Count == 1 ? wrong : $"Request {index}: {wrong}"));
            }
            foreach (var (pair, answer) in group.Zip(Answer(model, [.. group.Select(pair => pair.Item)], user => !consents.Allows(store, user, ConsentPurpose.Campaigns), user => consents.ErasedAt(store, user) is not null, user => packaged[user], found.Arm)))
                answers[pair.Index] = answer;
        }
        return (answers, null);
    }

    /// <returns>Null when nothing is wrong.</returns>
    public static string? Wrong(CampaignRequest request, CampaignModel model)
    {
        if (request.User is null && request.Context is null)
            return "It names neither a 'user' nor a 'context' of attributes. Give one of them.";
        if (request.OutcomeValue is { } worth && !(worth is > 0 and <= MostValue))
            return $"'outcomeValue' is {worth.ToString(CultureInfo.InvariantCulture)}; it is above 0 and at most {MostValue.ToString(CultureInfo.InvariantCulture)}.";
        if (request.Candidates is { Count: 0 })
            return "'candidates' is empty. Leave it out for all campaigns of the model.";
        foreach (var candidate in request.Candidates ?? [])
        {
            if (candidate is null || !model.Settings.Arms.Any(arm => arm.Name == candidate.Campaign))
                return $"There is no campaign '{candidate?.Campaign}'. The model knows: {string.Join(", ", model.Settings.Arms.Select(arm => arm.Name))}.";
            if (!(candidate.Cost is >= 0 and <= MostValue))
                return $"The cost of '{candidate.Campaign}' is {candidate.Cost.ToString(CultureInfo.InvariantCulture)}; it is not negative and at most {MostValue.ToString(CultureInfo.InvariantCulture)}.";
        }
        if (request.Candidates?.Select(candidate => candidate.Campaign).Distinct().Count() < request.Candidates?.Count)
            return "'candidates' names a campaign twice. Name each once.";
        if (request.Context?.Keys.Except(model.Schema.Columns.Select(column => column.Name)).FirstOrDefault() is { } unknown)
            return $"The model has no attribute '{unknown}'. It has: {string.Join(", ", model.Schema.Columns.Select(column => column.Name))}.";
        return null;
    }

    /// <param name="refuses">Who is not to be contacted; nothing that is known of them is used.</param>
    /// <param name="isErased">Of whom the package may not say any more what it knows.</param>
    /// <param name="packaged">The id under which packages know a user; the same one where that is null.</param>
    public static IReadOnlyList<CampaignResponse> Answer(
        CampaignModel model, IReadOnlyList<CampaignRequest> requests, Func<string, bool>? refuses = null, Func<string, bool>? isErased = null, Func<string, string>? packaged = null, string arm = Arm.Champion)
    {
        var refused = requests.Select(request => request.User is { } user && refuses?.Invoke(user) == true).ToArray();
        var (columns, arms) = (model.Schema.Columns.Count, model.Settings.Arms.Count);
        var rows = new float[requests.Count * columns];
        string? UserOf(CampaignRequest request, bool isRefused) => isRefused || request.User is not { } user || isErased?.Invoke(user) == true ? null : packaged?.Invoke(user) ?? user;
        var known = requests.Select((request, i) => model.Encode(UserOf(request, refused[i]), name => Text(request.Context, name), rows.AsSpan(i * columns, columns))).ToList();
        var (uplift, response) = model.Score(rows);
        return [.. requests.Select((request, i) =>
        {
            var heldOut = request.User is not null && HoldOut.Has(request.User, HeldOutName, model.Settings.HoldOutShare);
            var learning = Random.Shared.NextDouble() < model.Settings.LearningShare;
            var candidates = request.Candidates ?? [.. model.Settings.Arms.Select(arm => new CampaignCandidate(arm.Name))];
            var ranked = new CampaignRanking(model.Settings, learning, heldOut, Random.Shared)
                .Rank(candidates, uplift.AsSpan(i * arms, arms), response.AsSpan(i * arms, arms), request.OutcomeValue, known[i]);
            if (refused[i])
                ranked = [.. ranked.Select(one => one with { Contact = false, Reason = $"{one.Reason} The user refuses campaigns: do not contact." })];
            return new CampaignResponse(request.User, model.Name, model.Version, arm, model.Settings.Outcome, heldOut, learning, ranked) { Refused = refused[i] };
        })];
    }

    private static string? Text(IReadOnlyDictionary<string, JsonElement>? context, string name) => context is not null && context.TryGetValue(name, out var value)
        ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Null => null, _ => value.GetRawText() }
        : null;

    private static ProblemHttpResult Refuse(string wrong) => Problems.Refuse("campaign-request", wrong);
}
