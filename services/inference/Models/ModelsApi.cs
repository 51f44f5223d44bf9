using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Signing;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Consents;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Recommendations;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Models;

/// <summary>What the deployed package knows: its products and shoppers.</summary>
internal static class ModelsApi
{
    private const int MostShoppers = 10_000_000;

    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.AddOptions<PackageOptions>().BindConfiguration("Packages").ValidateDataAnnotations().ValidateOnStart();
        // Keys work without the registry over a restart, as packages do.
        services.AddOptions<KeyFollowerOptions>().Configure<IOptions<PackageOptions>>((keys, packages) => keys.KeptIn = Path.Combine(packages.Value.Folder, "api-keys.json"));
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<PackageOptions>>().Value;
            Directory.CreateDirectory(options.Folder);
            return options;
        });
        services.AddSignedPackages();
        services.AddSingleton<PackageCache>();
        services.AddSingleton<LoadedModels>();
        return services;
    }

    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var model = app.MapGroup("/v1/models/{model}").WithTags("Models");
        model.MapGet("/products", Products);
        model.MapGet("/shoppers", Shoppers);
        model.MapGet("/shoppers/{user}", HistoryAsync);
    }

    private static Results<Ok<List<Product>>, ProblemHttpResult> Products(StoreId store, string model, string[] ids, Router router, LiveCatalogue live)
    {
        if (router.UseChampion(store, model) is not { } use)
            return RecommendationsApi.NothingDeployed(model);
        using (use)
        {
            var catalogue = live.View(use.Model);
            return TypedResults.Ok(ids.Select(id => catalogue.Packaged.Vocabulary.IndexOf(id)).Where(index => index > 0).Select(index => catalogue[index])
                .Select(item => new Product(item.Id, item.Title, item.Brand, item.Category, item.Price, item.Available)).ToList());
        }
    }

    private static Results<Ok<List<string>>, ProblemHttpResult> Shoppers(StoreId store, string model, Router router, LiveConsents consents, int count = 20)
    {
        if (router.UseChampion(store, model) is not { } use)
            return RecommendationsApi.NothingDeployed(model);
        using (use)
            return TypedResults.Ok(use.Model.Shoppers.Users.Where(user => consents.ErasedAt(store, user) is null).Take(Math.Clamp(count, 1, MostShoppers)).ToList());
    }

    private static async Task<Results<Ok<Contracts.Predictions.ShopperHistory>, ProblemHttpResult>> HistoryAsync(
        StoreId store, string model, string user, Router router, Shoppers shoppers, CancellationToken cancellationToken)
    {
        if (router.UseChampion(store, model) is not { } use)
            return RecommendationsApi.NothingDeployed(model);
        using (use)
        {
            var shopper = await shoppers.FindAsync(use.Model, user, cancellationToken);
            return TypedResults.Ok(new Contracts.Predictions.ShopperHistory(user, [.. shopper.Items.Select(index => use.Model.Catalogue.Vocabulary[index])]));
        }
    }
}
