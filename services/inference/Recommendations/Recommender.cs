using System.Buffers;
using ModelOps.Contracts.Predictions;
using ModelOps.Features;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Recommendations;

/// <summary>Ranks a catalogue for a shopper: the model's scores, or popularity for whoever has no history.</summary>
internal static class Recommender
{
    public const string ByModel = "model";
    public const string Repeat = "repeat";
    public const string Popular = "popular";

    public static async Task<List<RecommendedItem>> RecommendAsync(RecommendationModel model, Shopper shopper, RecommendationRequest request, CancellationToken cancellationToken)
    {
        var forbidden = Forbidden(model, shopper, request);
        var items = new List<RankedItem>(request.Count);
        var row = new long[model.Schema.Length];
        if (model.Encoder.Encode(shopper.Items, row) > 0)
        {
            var best = new RankedItem[Math.Min(request.Count, model.Catalogue.Items.Count)];
            items.AddRange(best.AsSpan(0, await model.RankAsync(row, forbidden, shopper.Counts, best, cancellationToken)));
        }
        var modelled = items.Count;
        if (modelled < request.Count)
            AddPopular(model, forbidden, request.Count - modelled, items);
        return [.. items.Select((item, rank) => new RecommendedItem(model.Catalogue.Vocabulary[item.Index], item.Score, rank < modelled ? SourceOf(model, shopper, item) : Popular))];
    }

    private static string SourceOf(RecommendationModel model, Shopper shopper, RankedItem item) =>
        model.Schema.Fusion is not null && shopper.Counts.ContainsKey(item.Index) ? Repeat : ByModel;

    /// <summary>Adds what is neither forbidden nor in the answer yet.</summary>
    private static void AddPopular(RecommendationModel model, long[] forbidden, int count, List<RankedItem> items)
    {
        var excluded = ArrayPool<bool>.Shared.Rent(model.Catalogue.Popularity.Length);
        try
        {
            var mask = excluded.AsSpan(0, model.Catalogue.Popularity.Length);
            mask.Clear();
            foreach (var index in forbidden)
                mask[(int)index] = true;
            foreach (var item in items)
                mask[item.Index] = true;
            var top = new RankedItem[count];
            items.AddRange(top.AsSpan(0, Ranker.Top(model.Catalogue.Popularity, mask, top)));
        }
        finally
        {
            ArrayPool<bool>.Shared.Return(excluded);
        }
    }

    private static long[] Forbidden(RecommendationModel model, Shopper shopper, RecommendationRequest request)
    {
        IEnumerable<long> forbidden = model.Catalogue.Unavailable;
        if (model.Schema.ExcludeSeen)
            forbidden = forbidden.Concat(shopper.Items.Distinct().Select(index => (long)index));
        if (request.Exclude is { } exclude)
            forbidden = forbidden.Concat(exclude.Select(id => (long)model.Catalogue.Vocabulary.IndexOf(id)));
        if (request.Filter is { } filter)
            forbidden = forbidden.Concat(model.Catalogue.Items.Index().Where(item => !Matches(item.Item, filter)).Select(item => item.Index + 1L));
        return [.. forbidden];
    }

    private static bool Matches(CatalogueItem item, RecommendationFilter filter) =>
        (filter.Category is null || item.Category?.StartsWith(filter.Category, StringComparison.OrdinalIgnoreCase) == true)
        && (filter.Brand is null || string.Equals(item.Brand, filter.Brand, StringComparison.OrdinalIgnoreCase))
        && (filter.MinPrice is null || item.Price >= filter.MinPrice)
        && (filter.MaxPrice is null || item.Price <= filter.MaxPrice);
}
