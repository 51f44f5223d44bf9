using System.Diagnostics;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.EventLog;
using ModelOps.Features;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Events;
using ModelOps.Pictures;
using ModelOps.Search;
using ModelOps.Search.Results;

namespace ModelOps.Inference.Pictures;

/// <summary>Answers with the version that is the shopper's, with prices and stock as the shop told them last, and logs what was shown.</summary>
internal sealed class PictureSearches(Router router, LiveCatalogue catalogue, ImpressionLog impressions, TimeProvider time)
{
    private const string SimilarPictures = "similar-pictures", SearchPicture = "search-picture";

    /// <summary>Products that look like one.</summary>
    /// <returns>Null when no model of pictures is deployed under this name; no items and false where it has no picture of the product.</returns>
    public (PictureSearchResponse? Answer, bool Knows)? Similar(StoreId store, string name, string product, PictureSearchRequest request)
    {
        var started = Stopwatch.GetTimestamp();
        if (Use(store, name, request) is not var (use, model, arm))
            return null;
        using (use)
        {
            return model.RowOf(product) is >= 0 and var row
                ? (Answer(store, model, arm, model.Vectors.Of(row), row, request, SimilarPictures, started), true)
                : (null, false);
        }
    }

    /// <summary>Products that look like a picture, or like the mean of one's frames. Null when no model of pictures is deployed under this name.</summary>
    public async Task<PictureSearchResponse?> FindAsync(StoreId store, string name, IReadOnlyList<Picture> frames, PictureSearchRequest request, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        if (Use(store, name, request) is not var (use, model, arm))
            return null;
        using (use)
            return Answer(store, model, arm, await model.EmbedAsync(frames, cancellationToken), -1, request, SearchPicture, started);
    }

    /// <summary>A JPEG file. Null when there is none.</summary>
    public byte[]? ThumbnailOf(StoreId store, string name, string product)
    {
        if (Use(store, name, new PictureSearchRequest()) is not var (use, model, _))
            return null;
        using (use)
            return model.RowOf(product) is >= 0 and var row ? model.ThumbnailOf(row) : null;
    }

    private (Models.LoadedUse Use, PictureModel Model, string Arm)? Use(StoreId store, string name, PictureSearchRequest request)
    {
        if (router.UseRouted(store, name, request.User ?? request.Session) is not var (use, arm))
            return null;
        if (use.Model is PictureModel model)
            return (use, model, arm);
        use.Dispose();
        return null;
    }

    private PictureSearchResponse Answer(StoreId store, PictureModel model, string arm, ReadOnlySpan<float> vector, int self, PictureSearchRequest request, string placement, long started)
    {
        var overlay = catalogue.Of(store);
        var filter = new ProductFilter(request.Categories, request.Brands, request.MinPrice, request.MaxPrice, null, request.Available ?? true);
        (double? Price, bool Available) NowOf(SearchProduct product) => overlay.Products.GetValueOrDefault(product.Id) is var state ? (state?.Price ?? product.Price, state?.Available ?? product.Available) : default;
        bool IsAllowed(int row)
        {
            var product = model.Products[row];
            var (price, available) = NowOf(product);
            return row != self && filter.Allows(product, price, available);
        }

        var best = new RankedItem[request.Count];
        var found = model.Vectors.Nearest(vector, IsAllowed, best);
        var hits = best[..found].Select(item =>
        {
            var product = model.Products[item.Index];
            var (price, available) = NowOf(product);
            return new PictureHit(product.Id, item.Score, product.Title, product.Brand, product.Category, price, available,
                model.HasThumbnails ? $"/v1/products/{Uri.EscapeDataString(product.Id)}/picture?model={Uri.EscapeDataString(model.Name)}" : null);
        }).ToList();
        var response = new PictureSearchResponse(hits, new ModelReference(model.Name, model.Version), Guid.CreateVersion7().ToString("N"), arm);
        impressions.Add(new Impression(store, response.Token, time.GetUtcNow(), model.Name, model.Version, request.User, [.. hits.Select(hit => hit.Id)], false,
            Stopwatch.GetElapsedTime(started).TotalSeconds, arm, Session: request.Session, Placement: placement));
        return response;
    }
}
