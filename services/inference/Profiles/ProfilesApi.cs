using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Profiles;
using ModelOps.Features.Profiles;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Consents;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Models;
using ModelOps.Inference.Recommendations;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Profiles;

/// <summary>What is known of a shopper, with the evidence, and which shoppers are of a kind.</summary>
internal static class ProfilesApi
{
    public const string DefaultModel = "profiles";
    private const int MostLooked = 1000;

    public static IServiceCollection AddProfiles(this IServiceCollection services) => services.AddSingleton<ShopperEvents>();

    public static void MapProfiles(this IEndpointRouteBuilder app)
    {
        var profiles = app.MapGroup("/v1/profiles").AddEndpointFilter<RouteGroupBuilder, DeadlineFilter>().WithTags("Profiles");
        profiles.MapGet("/{user}", FindAsync).Needs(AccessNeed.Look).WithSummary("Interests, segment, cluster and scores of a shopper, with the events behind them; at= asks about an earlier moment");
        profiles.MapPost("/find", ListAsync).Needs(AccessNeed.Look).WithSummary("Shoppers by segment, scores or interests, page by page; reads only");
    }

    private static async Task<Results<Ok<ShopperProfile>, ProblemHttpResult>> FindAsync(
        StoreId store, string user, Router router, DeploymentFollower deployments, ShopperEvents events, LiveConsents consents, Shoppers shoppers, TimeProvider time, CancellationToken cancellationToken,
        DateTimeOffset? at = null, string model = DefaultModel, string recommender = RecommendationsApi.DefaultModel)
    {
        var now = time.GetUtcNow();
        if (RequestCheck.WrongId("user", user) is { } wrong)
            return Refuse(wrong);
        if (at > now)
            return Refuse($"'at' is {at:O}, which is yet to come. Leave it out for the present.");
        if (!consents.Allows(store, user, ConsentPurpose.Profiling))
            return Problems.Of(StatusCodes.Status403Forbidden, "no-consent", "The person refuses profiles", $"'{user}' has not agreed to '{ConsentPurpose.Profiling}', so there is no profile. PUT /v1/users/{{id}}/consent of data-prep says otherwise once the person does.");
        var (found, problem) = await UseAsync(store, model, router, deployments, cancellationToken);
        using var use = found;
        if (use?.Model is not ProfileModel profiles)
            return problem!;
        var (did, upToDate) = await events.FindAsync(profiles, user, cancellationToken);
        if (ShopperPast.Of((at ?? now).UtcDateTime, did, profiles.Catalogue) is not { } past)
            return Problems.NotFound($"Nothing is known of what '{user}' did before {at ?? now:O}. Events of the person, or a version trained on a dataset that has some, change that.");
        return TypedResults.Ok(ProfileReader.Read(profiles, user, past, upToDate, await VectorAsync(store, user, recommender, router, shoppers, cancellationToken)));
    }

    private static async Task<Results<Ok<ProfilePage>, ProblemHttpResult>> ListAsync(
        StoreId store, ProfileQuery query, Router router, DeploymentFollower deployments, ShopperEvents events, LiveConsents consents, TimeProvider time, CancellationToken cancellationToken)
    {
        if (query.Limit is < 1 or > MostLooked)
            return Refuse($"'limit' is {query.Limit}; it goes from 1 to {MostLooked}.");
        if (RequestCheck.WrongId("after", query.After) is { } wrong)
            return Refuse(wrong);
        if (query.Filter?.InterestAtLeast is not (null or (>= 0 and <= 1)))
            return Refuse("'interestAtLeast' is a share from 0 to 1.");
        var (found, problem) = await UseAsync(store, query.Model ?? DefaultModel, router, deployments, cancellationToken);
        using var use = found;
        if (use?.Model is not ProfileModel profiles)
            return problem!;
        if (query.Filter?.Category is { Length: > 0 } category && profiles.Refused.Has(category))
            return Refuse($"'{category}' is a sensitive category: no interest in it is told, and no list is made by it. See docs/profiles.md.");
        var users = await events.ListAsync(profiles, query.After, query.Limit, cancellationToken);
        var allowed = users.Where(user => consents.Allows(store, user, ConsentPurpose.Profiling) && consents.Allows(store, user, ConsentPurpose.Campaigns)).ToList();
        var histories = await events.FindManyAsync(profiles, allowed, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var shoppers = allowed.Zip(histories, (user, did) => (User: user, Past: ShopperPast.Of(now, did, profiles.Catalogue))).Where(one => one.Past is not null).Select(one => (one.User, one.Past!)).ToList();
        return TypedResults.Ok(new ProfilePage(
            profiles.Name, profiles.Version, [.. ProfileReader.Read(profiles, shoppers, query.Filter)], users.Count, users.Count - allowed.Count, users.Count == query.Limit ? users[^1] : null));
    }

    private static async Task<(LoadedUse? Use, ProblemHttpResult? Problem)> UseAsync(StoreId store, string name, Router router, DeploymentFollower deployments, CancellationToken cancellationToken)
    {
        await RecommendationsApi.KnowAsync(store, name, router, deployments, cancellationToken);
        if (router.UseLoaded(store, name, null) is not { } use)
        {
            return (null, Problems.Of(StatusCodes.Status404NotFound, "nothing-deployed", "No profiles are deployed",
                $"No version of a model '{name}' is deployed for this store. Upload events with purchases to data-prep and run the pipeline 'profiles', or set the alias champion in the registry."));
        }
        if (use.Model is ProfileModel)
            return (use, null);
        use.Dispose();
        return (null, Refuse($"The model '{name}' is not of profiles. Name another in 'model'."));
    }

    private static async Task<(ProfileVector? Vector, string? Why)> VectorAsync(StoreId store, string user, string name, Router router, Shoppers shoppers, CancellationToken cancellationToken)
    {
        if (router.UseChampion(store, name) is not { } use)
            return (null, $"No recommender '{name}' is deployed.");
        using (use)
        {
            var history = new long[use.Model.Schema.Length];
            use.Model.Encoder.Encode((await shoppers.FindAsync(use.Model, user, cancellationToken)).Items, history);
            return use.Model.VectorOf(history) is { } vector
                ? (new ProfileVector(use.Model.Name, use.Model.Version, vector), null)
                : (null, $"'{name}' version {use.Model.Version} ranks by its graph alone and gives no vector of a user; versions with an index of items do. See docs/large-catalogues.md.");
        }
    }

    private static ProblemHttpResult Refuse(string wrong) => Problems.Refuse("profile-request", wrong);
}
