using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Contracts;
using ModelOps.Contracts.Catalogue;
using ModelOps.EventLog;
using ModelOps.Inference.Intake;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Catalogue;

/// <summary>Prices and stock between two imports: what the shop sends here counts in the next answer.</summary>
internal static class CatalogueApi
{
    private static readonly BatchBody Body = new(
        "items", 1000, """{"items":[{"id":"…","price":9.5,"availability":"in_stock"}]}""", "catalogue-batch", "The changes cannot be read");
    private const int MaxBytes = 2 * 1024 * 1024;

    public static IServiceCollection AddCatalogue(this IServiceCollection services) => services
        .AddSingleton<LiveCatalogue>()
        .AddHostedService(provider => provider.GetRequiredService<LiveCatalogue>());

    public static void MapCatalogue(this IEndpointRouteBuilder app)
    {
        var catalogue = app.MapGroup("/v1/catalogue").WithTags("Catalogue");
        catalogue.MapPatch("", ReceiveAsync).Needs(AccessNeed.Report).Accepts<CatalogueBatch>("application/json").WithMetadata(new RequestSizeLimitAttribute(MaxBytes))
            .WithSummary("Up to 1,000 changes of price and availability; they count in the next answer");
        catalogue.MapDelete("/{**product}", ForgetAsync).Needs(AccessNeed.Report).WithSummary("The deployed catalogue's own price and availability of a product hold again");
    }

    private static async Task<Results<Ok<CatalogueReceipt>, ProblemHttpResult>> ReceiveAsync(
        StoreId store, HttpRequest request, CatalogueLog log, LiveCatalogue live, TimeProvider time, CancellationToken cancellationToken)
    {
        var (changes, rejected, refusal) = await Body.ReadAsync(request, element => CatalogueChangeReader.Read(element, store, time.GetUtcNow()), cancellationToken);
        if (refusal is not null)
            return refusal;
        await log.PutAsync(Newest(changes), cancellationToken);
        await live.HurryAsync();
        return TypedResults.Ok(new CatalogueReceipt(changes.Count, [.. rejected.Select(one => new RejectedChange(one.Index, one.Reason))]));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ForgetAsync(StoreId store, string product, CatalogueLog log, LiveCatalogue live, CancellationToken cancellationToken)
    {
        product = product.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase); // the one escape that routing leaves
        if (!await log.ForgetAsync(store, product, cancellationToken))
            return Problems.NotFound($"Nothing was said of the product '{product}': the deployed catalogue's values hold already.");
        await live.HurryAsync();
        return TypedResults.NoContent();
    }

    /// <summary>Of a product that is named twice, the later price and the later availability.</summary>
    private static List<ProductState> Newest(List<ProductState> changes) => [.. changes.GroupBy(change => change.Product).Select(all =>
    {
        var price = all.Where(change => change.Price is not null).OrderBy(change => change.PriceTime).LastOrDefault();
        var stock = all.Where(change => change.Available is not null).OrderBy(change => change.StockTime).LastOrDefault();
        return all.First() with { Price = price?.Price, PriceTime = price?.PriceTime, Available = stock?.Available, StockTime = stock?.StockTime };
    })];
}
