using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Recommendations;
using ModelOps.Pictures;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Pictures;

/// <summary>Products that look like a product, or like a picture that is sent.</summary>
internal static class PicturesApi
{
    public const string DefaultModel = "pictures";

    /// <summary>What a multipart body has beside its file.</summary>
    private const int FormBytes = 64 * 1024;

    public static IServiceCollection AddPictures(this IServiceCollection services)
    {
        services.AddOptions<PictureOptions>().BindConfiguration("Pictures").ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<SentPicture>().AddSingleton<PictureSearches>();
    }

    public static void MapPictures(this IEndpointRouteBuilder app)
    {
        var options = app.ServiceProvider.GetRequiredService<IOptions<PictureOptions>>().Value;
        var pictures = app.MapGroup("").AddEndpointFilter<RouteGroupBuilder, DeadlineFilter>().WithTags("Pictures").Needs(AccessNeed.Predict);
        pictures.MapGet("/v1/products/{product}/similar-pictures", SimilarAsync).WithSummary("Products that look like one, the most alike first");
        pictures.MapGet("/v1/products/{product}/picture", PictureAsync).WithSummary("A small picture of a product (JPEG)");
        pictures.MapPost("/v1/search/picture", SearchAsync).AllowShopPages()
            .WithMetadata(new RequestSizeLimitAttribute(options.MaxBytes + FormBytes)).WithSummary("Products that look like the picture in the body (JPEG, PNG, WebP or GIF, also moving, or a video; or a form's file), the most alike first");
    }

    private static async Task<Results<Ok<PictureSearchResponse>, ProblemHttpResult>> SimilarAsync(
        StoreId store, string product, [AsParameters] PictureQuery query, Router router, DeploymentFollower deployments, PictureSearches searches, CancellationToken cancellationToken)
    {
        var request = query.ToRequest();
        if (Wrong(request) is { } wrong)
            return Problems.Refuse("picture-request", wrong);
        var (name, id) = (request.Model ?? DefaultModel, Whole(product));
        await RecommendationsApi.KnowAsync(store, name, router, deployments, cancellationToken);
        return searches.Similar(store, name, id, request) switch
        {
            null => NothingDeployed(name),
            { Knows: false } => Problems.NotFound($"The deployed version of '{name}' has no picture of the product '{id}'. Upload or import its picture and train again, or search by the picture itself: POST /v1/search/picture."),
            { Answer: var answer } => TypedResults.Ok(answer!),
        };
    }

    private static async Task<Results<Ok<PictureSearchResponse>, ProblemHttpResult>> SearchAsync(
        StoreId store, HttpRequest body, [AsParameters] PictureQuery query, Router router, DeploymentFollower deployments, SentPicture sent, PictureSearches searches, CancellationToken cancellationToken)
    {
        var request = query.ToRequest();
        if (Wrong(request) is { } wrong)
            return Problems.Refuse("picture-request", wrong);
        var name = request.Model ?? DefaultModel;
        await RecommendationsApi.KnowAsync(store, name, router, deployments, cancellationToken);
        if (!router.Knows(store, name))
            return NothingDeployed(name);
        IReadOnlyList<Picture> frames = [];
        try
        {
            frames = await sent.ReadAsync(body, cancellationToken);
            return await searches.FindAsync(store, name, frames, request, cancellationToken) is { } answer ? TypedResults.Ok(answer) : NothingDeployed(name);
        }
        catch (PictureException exception)
        {
            return exception.Fault switch
            {
                PictureFault.TooManyBytes => Problems.Of(StatusCodes.Status413PayloadTooLarge, exception.Fault, "The picture is too large", exception.Message),
                PictureFault.NoVideos => Problems.Of(StatusCodes.Status415UnsupportedMediaType, exception.Fault, "Videos cannot be read here", exception.Message),
                _ => Problems.Refuse(exception.Fault, exception.Message, "The picture cannot be used"),
            };
        }
        finally
        {
            foreach (var frame in frames)
                frame.Dispose();
        }
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> PictureAsync(
        StoreId store, string product, Router router, DeploymentFollower deployments, PictureSearches searches, CancellationToken cancellationToken, string model = DefaultModel)
    {
        await RecommendationsApi.KnowAsync(store, model, router, deployments, cancellationToken);
        var id = Whole(product);
        return searches.ThumbnailOf(store, model, id) is { } thumbnail
            ? TypedResults.Bytes(thumbnail, "image/jpeg")
            : Problems.NotFound($"There is no picture of the product '{id}' in a deployed version of '{model}'.");
    }

    /// <summary>A slash in an id is the one character that stays escaped in a path.</summary>
    private static string Whole(string product) => product.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static string? Wrong(PictureSearchRequest request) =>
        request.Count is < 1 or > PictureQuery.MostCount ? $"'count' is {request.Count}; it goes from 1 to {PictureQuery.MostCount}."
        : request is { MinPrice: { } least, MaxPrice: { } most } && least > most ? $"'minPrice' {least} is above 'maxPrice' {most}."
        : (request.Categories?.Count ?? 0) + (request.Brands?.Count ?? 0) > PictureQuery.MostValues ? $"The filter names more than {PictureQuery.MostValues} values."
        : RequestCheck.WrongId("user", request.User) ?? RequestCheck.WrongId("session", request.Session);

    private static ProblemHttpResult NothingDeployed(string model) => Problems.Of(
        StatusCodes.Status404NotFound, "nothing-deployed", "No model of pictures is deployed",
        $"No version of a model of pictures '{model}' is deployed for this store. Upload products and their pictures to data-prep and run the pipeline 'images', or set the alias champion in the registry.");
}

/// <summary>The request's members as a query string has them; lists by repetition.</summary>
internal sealed record PictureQuery
{
    public const int MostCount = 200, MostValues = 200;
    private const int DefaultCount = 10;

    public int? Count { get; init; }

    public string? Model { get; init; }

    [FromQuery] public string[]? Categories { get; init; }

    [FromQuery] public string[]? Brands { get; init; }

    public double? MinPrice { get; init; }

    public double? MaxPrice { get; init; }

    public bool? Available { get; init; }

    public string? User { get; init; }

    public string? Session { get; init; }

    /// <summary>An empty id is nobody's.</summary>
    public PictureSearchRequest ToRequest() => new(
        Count ?? DefaultCount, string.IsNullOrEmpty(Model) ? null : Model, Categories, Brands, MinPrice, MaxPrice, Available, string.IsNullOrEmpty(User) ? null : User, string.IsNullOrEmpty(Session) ? null : Session);
}
